// The three files of TimeOverflow's import format: rows → values, or refusals named by file, line
// and reason. Pure. Source: Tests/Fixtures/timeoverflow/README.md.
// Neighbors: RowSorting sorts the rows, TimeOverflowImport writes what comes out.

internal import Shared

struct ImportedUser: Equatable {
    let line: Int
    let importKey: ImportKey
    let number: Int64
    let name: String
    let joinedOn: CivilDate?
    let birthYear: Int64?
    let contacts: [String]
}

struct ImportedTransfer: Equatable {
    enum Account: Hashable {
        case member(Int64)
        /// Any `Organization`: the neighborhood's pot.
        case pot
    }

    let line: Int
    let importKey: ImportKey
    let recipient: Account
    let provider: Account
    let minutes: Minutes
    let serviceDate: CivilDate
    let category: String?
    let description: String?

    var form: HoursForm {
        switch (recipient, provider) {
        case (.pot, _): .contribution
        case (_, .pot): .donation
        case (.member, .member): .exchange
        }
    }
}

struct TimeOverflowRows {
    let scope: ScopeID
    /// Nothing may be dated later.
    let today: CivilDate

    private func sorted<Row>(
        _ bytes: [UInt8], file: String, source: String, columns: Int,
        parse: (Fields) throws(RowFault) -> Row
    ) -> Sorted<Row> {
        RowSorting(source: source, scope: scope, today: today, columns: columns)
            .sorted(CSVReader.records(bytes), file: file, parse: parse)
    }
}

// MARK: users.csv

extension TimeOverflowRows {
    func users(_ bytes: [UInt8], file: String) -> Sorted<ImportedUser> {
        var lines: [Int64: Int] = [:]
        return sorted(bytes, file: file, source: "timeoverflow/users", columns: 10) {
            fields throws(RowFault) in
            let user = try self.user(fields)
            if let earlier = lines[user.number] {
                throw RowFault("member number \(user.number) is on line \(earlier) already")
            }
            lines[user.number] = fields.line
            return user
        }
    }

    private func user(_ fields: Fields) throws(RowFault) -> ImportedUser {
        let name = [2, 3, 4].map { fields.texts[$0].trimmed }.filter { !$0.isEmpty }
            .joined(separator: " ")
        if name.isEmpty { throw RowFault("it has no name; fill in the third column") }
        return ImportedUser(
            line: fields.line, importKey: fields.importKey,
            number: try fields.memberNumber(0),
            name: try checked(name, MemberField.name),
            joinedOn: try fields.dateIfAny(1, "entry date"),
            birthYear: try fields.dateIfAny(6, "date of birth").map { Int64($0.year) },
            contacts: [7, 8, 9].map { fields.texts[$0].trimmed }.filter { !$0.isEmpty })
    }

    private func checked(_ text: String, _ field: FieldNumber) throws(RowFault) -> String {
        do throws(ShapeFault) {
            try Kind.memberEnrolled.descriptor.field(field)?.check(.text(text))
        } catch {
            throw RowFault("its \(error)")
        }
        return text
    }
}

// MARK: transfers.csv

extension TimeOverflowRows {
    /// `isMember` says whether a member number is known.
    func transfers(
        _ bytes: [UInt8], file: String, isMember: (Int64) -> Bool
    ) -> Sorted<ImportedTransfer> {
        sorted(bytes, file: file, source: "timeoverflow/transfers", columns: 8) {
            fields throws(RowFault) in
            let transfer = try self.transfer(fields)
            for case .member(let number) in [transfer.recipient, transfer.provider]
            where !isMember(number) {
                throw RowFault("member \(number) is not known; add the member or mend the number")
            }
            return transfer
        }
    }

    /// The source pays: it received the service.
    private func transfer(_ fields: Fields) throws(RowFault) -> ImportedTransfer {
        let recipient = try account(fields, number: 0, type: 1)
        let provider = try account(fields, number: 2, type: 3)
        if recipient == provider {
            throw RowFault("source and destination are the same account")
        }
        let reason = fields.texts[6].trimmed
        let transfer = ImportedTransfer(
            line: fields.line, importKey: fields.importKey, recipient: recipient,
            provider: provider, minutes: try minutes(fields.texts[4]),
            serviceDate: try fields.date(5, "date"), category: category(reason),
            description: reason.isEmpty ? nil : reason)
        try checkLimits(transfer)
        return transfer
    }

    private func account(
        _ fields: Fields, number: Int, type: Int
    ) throws(RowFault) -> ImportedTransfer.Account {
        switch fields.texts[type] {
        case "Member": .member(try fields.memberNumber(number))
        case "Organization": .pot
        default:
            throw RowFault(
                "\"\(fields.texts[type].shortened)\" is no account type; write Member or "
                    + "Organization")
        }
    }

    private func minutes(_ text: String) throws(RowFault) -> Minutes {
        guard let seconds = Int64(text) else {
            throw RowFault("its amount \"\(text.shortened)\" is not a number of seconds")
        }
        guard seconds > 0 else { throw RowFault("its amount must be above 0 seconds") }
        guard seconds.isMultiple(of: 60) else {
            throw RowFault("its amount of \(seconds) seconds is not whole minutes")
        }
        return Minutes(seconds / 60)
    }

    private func checkLimits(_ transfer: ImportedTransfer) throws(RowFault) {
        let range = transfer.form.minutesRange
        guard range.contains(transfer.minutes.value) else {
            throw RowFault(
                "\(transfer.minutes.value) minutes are more than one \(transfer.form.name) may "
                    + "have (\(range.upperBound)); split it")
        }
        if let description = transfer.description,
            description.unicodeScalars.count > Limits.textScalarsMax
        {
            throw RowFault("its reason is longer than \(Limits.textScalarsMax) characters")
        }
    }

    /// "garden: watering round" is of category "garden"; a text before the colon that is no tag is
    /// just text.
    private func category(_ reason: String) -> String? {
        guard let colon = reason.firstRange(of: ": ") else { return nil }
        let text = String(reason[..<colon.lowerBound])
        do throws(ShapeFault) {
            try Kind.hoursRecorded.descriptor.field(HoursField.category)?.check(.text(text))
            return text
        } catch {
            return nil
        }
    }
}

// MARK: posts.csv

extension TimeOverflowRows {
    /// Checked and counted; listings come with a later version.
    func posts(_ bytes: [UInt8], file: String, isMember: (Int64) -> Bool) -> Sorted<Int> {
        sorted(bytes, file: file, source: "timeoverflow/posts", columns: 8) {
            fields throws(RowFault) in
            let number = try fields.memberNumber(0)
            guard isMember(number) else {
                throw RowFault("member \(number) is not known; add the member or mend the number")
            }
            guard ["Offer", "Inquiry"].contains(fields.texts[1]) else {
                throw RowFault(
                    "\"\(fields.texts[1].shortened)\" is no kind of post; write Offer or Inquiry")
            }
            if fields.texts[2].trimmed.isEmpty { throw RowFault("it has no title") }
            _ = try fields.dateIfAny(5, "creation date")
            return fields.line
        }
    }
}
