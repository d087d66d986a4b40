package facts

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// dhis2Period writes a slot as DHIS2 does: 201801, 2018Q1, 2018S1, 2018. DHIS2 has no half months.
func dhis2Period(g period.Grain, slot period.Slot) (string, bool) {
	y, i := g.Year(slot), g.Index(slot)+1
	switch g {
	case period.Months:
		return fmt.Sprintf("%04d%02d", y, i), true
	case period.Quarters:
		return fmt.Sprintf("%04dQ%d", y, i), true
	case period.HalfYears:
		return fmt.Sprintf("%04dS%d", y, i), true
	case period.Years:
		return fmt.Sprintf("%04d", y), true
	}
	return "", false
}

// adxPeriod writes a slot as ISO 8601 start and duration, as ADX wants it: 2018-01-01/P1M; half
// months have no duration of their own and are counted in days.
func adxPeriod(g period.Grain, slot period.Slot) string {
	first := g.FirstDay(slot)
	for grain, length := range map[period.Grain]string{period.Months: "P1M", period.Quarters: "P3M", period.HalfYears: "P6M", period.Years: "P1Y"} {
		if grain == g {
			return first.String() + "/" + length
		}
	}
	return fmt.Sprintf("%s/P%dD", first, first.DaysUntil(g.LastDay(slot))+1)
}

// exportDHIS2 writes the facts as a DHIS2 data value set (JSON) with codes for elements, units and
// category option combinations. Elements kept by half months are left out and named, for DHIS2 has
// no such period.
func (s *Service) exportDHIS2(ctx context.Context, w io.Writer, in ExportIn) error {
	type value struct {
		Element  string `json:"dataElement"`
		Period   string `json:"period"`
		Unit     string `json:"orgUnit"`
		Category string `json:"categoryOptionCombo,omitempty"`
		Value    string `json:"value"`
	}
	b := bufio.NewWriterSize(w, 256<<10)
	b.WriteString("{\"dataValues\":[")
	lead := "\n"
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	var left []string
	err := s.eachFact(ctx, in, func(r *factRow) error {
		p, ok := dhis2Period(r.grain, r.slot)
		if !ok {
			if !slices.Contains(left, r.Element) {
				left = append(left, r.Element)
			}
			return nil
		}
		b.WriteString(lead)
		lead = ","
		return enc.Encode(value{r.Element, p, r.Unit, r.Category, r.Value})
	})
	if err != nil {
		return err
	}
	b.WriteString("]}\n")
	if len(left) > 0 && in.Note != nil {
		in.Note("DHIS2 没有半月这种期别，没有导出数据项 %s；要这些数请用 adx 或 csv 格式", strings.Join(left, "、"))
	}
	return b.Flush()
}

// exportADX writes the facts as an ADX message (IHE QRPH Aggregate Data Exchange): one group for a
// unit and a period, the classes of an element as attributes named by its dimensions.
func (s *Service) exportADX(ctx context.Context, w io.Writer, in ExportIn) error {
	type key struct{ unit, period string }
	groups := map[key][]factRow{}
	err := s.eachFact(ctx, in, func(r *factRow) error {
		k := key{r.Unit, adxPeriod(r.grain, r.slot)}
		groups[k] = append(groups[k], *r)
		return nil
	})
	if err != nil {
		return err
	}
	order := make([]key, 0, len(groups))
	for k := range groups {
		order = append(order, k)
	}
	slices.SortFunc(order, func(a, b key) int { return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.period, b.period)) })
	b := bufio.NewWriterSize(w, 256<<10)
	b.WriteString(xml.Header)
	fmt.Fprintf(b, "<adx xmlns=\"urn:ihe:qrph:adx:2015\" exported=\"%s\">\n", s.clock().Format("2006-01-02T15:04:05Z07:00"))
	for _, k := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		fmt.Fprintf(b, "<group orgUnit=\"%s\" period=\"%s\">\n", attribute(k.unit), k.period)
		for _, r := range groups[k] {
			fmt.Fprintf(b, "<dataValue dataElement=\"%s\"", attribute(r.Element))
			for _, d := range classes(r.Category) {
				fmt.Fprintf(b, " %s=\"%s\"", d[0], attribute(d[1]))
			}
			fmt.Fprintf(b, " value=\"%s\"/>\n", r.Value)
		}
		b.WriteString("</group>\n")
	}
	b.WriteString("</adx>\n")
	return b.Flush()
}

// classes gives the dimensions of a category with their labels; where a dimension is no name that
// XML allows, the whole category stands under "category".
func classes(category string) (out [][2]string) {
	if category == "" {
		return nil
	}
	for _, part := range strings.Split(category, ";") {
		name, label, ok := strings.Cut(part, "=")
		if !ok || !xmlName(name) {
			return [][2]string{{"category", category}}
		}
		out = append(out, [2]string{name, label})
	}
	return out
}

func xmlName(s string) bool {
	for i, c := range s {
		if c != '_' && !unicode.IsLetter(c) && (i == 0 || !unicode.IsDigit(c) && c != '-' && c != '.') {
			return false
		}
	}
	return s != "" && s != "value" && s != "dataElement"
}

func attribute(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}

// unknownFormat refuses a format of facts.
func unknownFormat(format string) error {
	return fault.New(fault.Invalid, "没有导出格式“%s”；请用 csv、xlsx、json、dhis2 或 adx", format)
}
