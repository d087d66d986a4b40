package sheet

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// validations writes one rule for each input column over its open cells.
func (w *formWriter) validations(s *FormSheet) {
	for c := range s.Columns {
		var ranges []string
		for r := 0; r < len(s.Rows); r++ {
			if _, ok := s.open(r, c); !ok {
				continue
			}
			z := r
			for z+1 < len(s.Rows) {
				if _, ok := s.open(z+1, c); !ok {
					break
				}
				z++
			}
			if r == z {
				ranges = append(ranges, s.Cell(r, c))
			} else {
				ranges = append(ranges, s.Cell(r, c)+":"+s.Cell(z, c))
			}
			r = z
		}
		if len(ranges) > 0 {
			w.validate(s.Name, strings.Join(ranges, " "), s.Columns[c].Input)
		}
	}
}

func (w *formWriter) validate(sheet, ranges string, in Input) {
	dv := excelize.NewDataValidation(true)
	dv.Sqref = ranges
	hint := in.Hint
	var wrong string
	switch in.Kind {
	case Whole, Decimal:
		kind := excelize.DataValidationTypeWhole
		sentence := w.tr("请填写整数。没有发生填 0，留空表示未报。")
		wrong = w.tr("这里应填整数，不要带单位或文字。")
		if in.Kind == Decimal {
			kind = excelize.DataValidationTypeDecimal
			sentence = w.tr("请填写数字。没有发生填 0，留空表示未报。")
			wrong = w.tr("这里应填数字，不要带单位或文字。")
			if in.Digits > 0 {
				sentence = fmt.Sprintf(w.tr("请填写数字，最多 %d 位小数。没有发生填 0，留空表示未报。"), in.Digits)
			}
		}
		low, high := in.Min, in.Max
		if low == "" && !in.Negative {
			low = "0"
		}
		if low == "" {
			low = "-100000000000"
		}
		if high == "" {
			high = "100000000000"
		} else {
			wrong = fmt.Sprintf(w.tr("这里应填 %s 到 %s 之间的数字，不要带单位或文字。"), low, high)
		}
		w.do(dv.SetRange(low, high, kind, excelize.DataValidationOperatorBetween))
		if hint == "" {
			hint = sentence
		}
	case DateInput:
		low, ok1 := dateSerial(in.Min)
		high, ok2 := dateSerial(in.Max)
		if !ok1 {
			low, _ = dateSerial("1949-10-01")
		}
		if !ok2 {
			high, _ = dateSerial("2099-12-31")
		}
		w.do(dv.SetRange(low, high, excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween))
		wrong = w.tr("这里应填日期，例如 2018-03-12。")
		if hint == "" {
			hint = w.tr("请填写日期，例如 2018-03-12。")
		}
	case FreeText:
		n := in.MaxLength
		if n == 0 {
			n = 200
		}
		w.do(dv.SetRange(0, n, excelize.DataValidationTypeTextLength, excelize.DataValidationOperatorBetween))
		wrong = fmt.Sprintf(w.tr("最多填写 %d 个字。"), n)
	case Choice:
		dv.SetSqrefDropList(w.lists[in.List])
		wrong = w.tr("请从下拉列表中选择。")
		if hint == "" {
			hint = wrong
		}
	default:
		return
	}
	dv.SetError(excelize.DataValidationErrorStyleStop, cutUnits(w.tr("填写有误"), 32), cutUnits(wrong, 220))
	if hint != "" {
		dv.SetInput(cutUnits(w.tr("填写提示"), 32), cutUnits(hint, 250))
	}
	w.do(w.x.AddDataValidation(sheet, dv))
}
