// What a command wants recorded, before it has a place, a context or a signature.
// Neighbors: Drafts+*.swift make these from what a person said, Recorder turns them into events.

internal import Shared

struct Draft {
    /// Whose sealed words these are: the set of subjects of their key.
    enum Subjects {
        /// The entity that this event creates.
        case itself
        case entities([EntityID])
    }

    var kind: Kind
    /// Nil: it creates its entity.
    var subject: EntityID?
    var home: ScopeID
    var payload: Payload
    var sealed: Payload
    var subjects: Subjects
    var importKey: ImportKey?

    init(
        _ kind: Kind, subject: EntityID? = nil, home: ScopeID, values: Payload,
        subjects: Subjects, importKey: ImportKey? = nil
    ) {
        self.kind = kind
        self.subject = subject
        self.home = home
        self.subjects = subjects
        self.importKey = importKey
        payload = Payload()
        sealed = Payload()
        for number in values.numbers {
            if kind.descriptor.field(number)?.isSealed ?? false {
                sealed[number] = values[number]
            } else {
                payload[number] = values[number]
            }
        }
    }

    /// A change of one field; old and new are sealed when the field is.
    init(
        changing field: FieldDescriptor, by kind: Kind, of entity: EntityID, home: ScopeID,
        from old: Value?, to new: Value, reason: String?, subjects: [EntityID]
    ) {
        self.init(
            kind, subject: entity, home: home,
            values: [ChangeField.field: .integer(Int64(field.number.value))],
            subjects: .entities(subjects))
        var values = Payload()
        values[ChangeField.old] = old
        values[ChangeField.new] = new
        if field.isSealed {
            sealed = values
        } else {
            for number in values.numbers { payload[number] = values[number] }
        }
        sealed[ChangeField.reason] = reason.map(Value.text)
    }
}
