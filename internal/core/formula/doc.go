// Package formula is the indicator language: it reads a formula as the office writes it, checks
// it against the names in use, evaluates it exactly, and explains every number (SEMANTICS §4).
//
//	查处率 = 查处人次 / 现有吸毒人员
//	新滋生吸毒人员{年龄="<25"} / prev(新滋生吸毒人员{年龄="<25"}) - 1
//	if(count_units("village") > 0, 无毒害村 / count_units("village"), 0)
//
// Names are Chinese or English names or codes; a formula is kept with codes (Expr.Codes) and
// shown with names (Expr.Text, Expr.English), and all three spellings read back as the same
// formula. Full-width signs and digits are accepted everywhere outside quotation marks.
//
// A formula answers a number or a reason, never a rounded guess: sums are whole numbers with a
// scale, quotients are exact fractions, and rounding happens once, at display (Format). A
// missing operand makes the result missing and is named; coalesce is the only way to say that
// missing counts as something.
//
// Eval and Explain work cell by cell with math/big. A Runner answers whole blocks of units and
// periods with 64-bit fractions and hands every cell that does not fit to Eval, so that both
// always say the same.
package formula
