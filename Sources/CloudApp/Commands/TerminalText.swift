extension String {
    /// The text for the host's terminal. What an agent has written may hold anything, and a terminal obeys control characters:
    /// all but ends of lines and tabs are shown as U+FFFD.
    package var forTerminal: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    let isControl = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
                    return isControl ? "\u{FFFD}" : scalar
                }))
    }
}
