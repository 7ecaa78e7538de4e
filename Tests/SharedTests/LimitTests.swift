// Every field of every kind at, under and over its limit: generated from the descriptors.

import Testing
import TestSupport
import Texts

@testable import Shared

@Suite("Limits")
struct LimitTests {
    @Test(
        "each field takes what its type allows and refuses what is beyond", arguments: Kind.allCases
    )
    func fields(kind: Kind) {
        for field in kind.descriptor.fields {
            for value in field.type.allowed {
                #expect(throws: Never.self, "\(field.name)") { try field.check(value) }
            }
            for value in field.type.refused {
                let error = #expect(throws: ShapeFault.self, "\(field.name)") {
                    try field.check(value)
                }
                #expect(error?.field == field.name)
            }
        }
    }

    @Test("an event with all fields at their limits is well shaped", arguments: Kind.allCases)
    func whole(kind: Kind) throws {
        for index in 0..<2 {
            try event(
                kind, payload(kind) { $0.type.allowed[min(index, $0.type.allowed.count - 1)] }
            )
            .checkShape()
        }
    }

    @Test("each required plain field is missed", arguments: Kind.allCases)
    func required(kind: Kind) {
        let full = payload(kind) { $0.type.allowed[0] }
        for field in kind.descriptor.fields where field.isRequired && !field.isSealed {
            var lacking = full
            lacking[field.number] = nil
            #expect(throws: ShapeFault.self, "\(field.name)") {
                try event(kind, lacking).checkShape()
            }
        }
    }

    @Test("a sealed field in the plain payload is refused", arguments: Kind.allCases)
    func plainSecrets(kind: Kind) {
        for field in kind.descriptor.fields where field.isSealed {
            var open = payload(kind) { $0.type.allowed[0] }
            open[field.number] = field.type.allowed[0]
            #expect(throws: ShapeFault(field: field.name, Phrase("rule_sealed"))) {
                try event(kind, open).checkShape()
            }
        }
    }

    @Test("a subject on a creating kind, or none on another, is refused", arguments: Kind.allCases)
    func subjects(kind: Kind) {
        var event = event(kind, payload(kind) { $0.type.allowed[0] })
        event.subject = event.subject == nil ? Fixed.ana : nil
        #expect(throws: ShapeFault.self) { try event.checkShape() }
    }

    @Test(
        "an entry's minutes stay in the range of its form",
        arguments: HoursForm.allCases)
    func minutes(form: HoursForm) throws {
        let range = form.minutesRange
        for minutes in [range.lowerBound, range.upperBound] {
            try event(.hoursRecorded, .exchange(minutes: minutes, form: form)).checkShape()
        }
        for minutes in [range.lowerBound - 1, range.upperBound + 1] {
            #expect(throws: ShapeFault.self) {
                try event(.hoursRecorded, .exchange(minutes: minutes, form: form)).checkShape()
            }
        }
    }

    @Test(
        "a change obeys the limits of the field it changes",
        arguments: [Kind.memberChanged, .hoursAmended])
    func changes(kind: Kind) throws {
        let creating: Kind = kind == .memberChanged ? .memberEnrolled : .hoursRecorded
        for field in creating.descriptor.fields {
            func check(_ value: Value) throws {
                try event(kind, .change(field.number, from: nil, to: value), isSealed: false)
                    .checkShape()
            }
            if field.isChangeable, !field.isSealed {
                for value in field.type.allowed { try check(value) }
            }
            for value in field.type.refused {
                #expect(throws: ShapeFault.self, "\(field.name)") { try check(value) }
            }
        }
        #expect(throws: ShapeFault(field: "field", Phrase("rule_fixed"))) {
            try event(kind, .change(99, from: nil, to: .flag(true))).checkShape()
        }
    }

    @Test("the change of a sealed field is sealed")
    func sealedChange() throws {
        let name: Payload = [ChangeField.field: .integer(Int64(MemberField.name.value))]
        try event(.memberChanged, name).checkShape()
        let mustBeSealed = ShapeFault(field: "name", Phrase("rule_sealed"))
        #expect(throws: mustBeSealed) {
            try event(.memberChanged, name, isSealed: false).checkShape()
        }
        #expect(throws: mustBeSealed) {
            try event(.memberChanged, .change(MemberField.name, from: nil, to: .text("Ana")))
                .checkShape()
        }
    }

    @Test("an opened part is checked too: required, sealed and within limits")
    func openedParts() throws {
        let descriptor = Kind.memberEnrolled.descriptor
        try descriptor.check([MemberField.name: .text("Ana")], sealed: true, anySealed: true)
        let parts: [Payload] = [
            [:], [MemberField.name: .text("")],
            [MemberField.name: .text("Ana"), MemberField.number: .integer(3)],
        ]
        for part in parts {
            #expect(throws: ShapeFault.self) {
                try descriptor.check(part, sealed: true, anySealed: true)
            }
        }
    }

    private func payload(_ kind: Kind, _ value: (FieldDescriptor) -> Value) -> Payload {
        if kind == .memberChanged {
            return .change(MemberField.active, from: nil, to: .flag(false))
        }
        if kind == .hoursAmended {
            return .change(HoursField.category, from: nil, to: .text("company"))
        }
        var payload = Payload()
        for field in kind.descriptor.fields where !field.isSealed {
            payload[field.number] = value(field)
        }
        if kind == .hoursRecorded {
            payload[HoursField.shares] = Payload.exchange(minutes: 1_440)[HoursField.shares]
        }
        // A side goes with the answer that takes one.
        if kind == .conflictReplied {
            let isSide = payload.integer(ReplyField.answer) == Answer.side.rawValue
            payload[ReplyField.side] =
                isSide ? .sides([Side(dot: Fixed.ana.dot, leaf: .of([1]))]) : nil
        }
        return payload
    }

    private func event(_ kind: Kind, _ payload: Payload, isSealed: Bool = true) -> Event {
        let part = SealedPart(key: DataKeyID(1), nonce: counting(0, 12), ciphertext: [])
        var author = Author()
        return author.write(
            kind, subject: kind.descriptor.creates == nil ? Fixed.ana : nil, payload,
            sealed: isSealed ? [part] : [])
    }
}
