// The net that finds English on a Spanish page: it holds what it should, and no more.

import TestSupport
import Testing

@Suite("The net for English")
struct EnglishWordsTests {
    @Test(
        "a planted word is found wherever a reader meets it",
        arguments: [
            "<p>La oficina says that it waits</p>", "<button aria-label=\"Take it out\">x</button>",
            "<input placeholder=\"Name of the member\">", "<td>voided</td>", "<b>NOT</b> aquí",
            "<p>it&#39;s aquí</p>", "<p>kept-apart/not-yet</p>", "<p>«(of)», 3 a</p>",
        ])
    func planted(page: String) { #expect(!EnglishWords.found(in: page, besides: []).isEmpty) }

    @Test(
        "what is no text, what is Spanish, and what people typed is let through",
        arguments: [
            "<a href=\"/the/path\" class=\"of and by\">Guardar</a>",
            "<script>if (not) { from(this) }</script><p>Nada</p>",
            "<p>3 c2sp.org/signed-note AAEc/of+IS4=</p>", "<p>book.of.example.org</p>",
            "<p>Ana: «lost on the bus»</p>", "<p>sin más, no es de a tu casa</p>",
        ])
    func clean(page: String) {
        #expect(EnglishWords.found(in: page, besides: ["lost on the bus"]) == [])
    }
}
