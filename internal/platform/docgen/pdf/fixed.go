package pdf

// Words that GB/T 9704 fixes on the paper. They stand in Chinese whatever the reader's language,
// as the document around them does.
const (
	wordAttached = "附件"      // DOC-16, DOC-17
	wordSigner   = "签发人："    // DOC-10
	wordCopyTo   = "抄送："     // DOC-22
	wordSendTo   = "送："      // DOC-43
	wordPrinted  = "印发"      // DOC-22, behind the day
	wordCopies   = "（共印%d份）" // DOC-43
	colon        = "："
)
