// Texts that somebody typed, fit for a terminal. Neighbors: the screens of both programs.

extension String {
    /// What others typed must not move the cursor, color the screen or forge a line.
    public var onOneLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: " "
                    default: scalar
                    }
                }))
    }
}
