package notices

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"kaiyang/internal/core/period"
)

// A property is one content line of RFC 5545, unfolded and taken apart.
type property struct {
	name   string
	params map[string]string
	value  string
}

// strictICS reads an iCalendar text as the standard wants it and fails on everything else.
func strictICS(t testing.TB, ics string) (events []map[string]property, zones []map[string]property) {
	t.Helper()
	if !strings.HasSuffix(ics, "\r\n") || strings.Contains(strings.ReplaceAll(ics, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(ics, "\r\n", ""), "\r") {
		t.Fatal("lines do not all end in CRLF")
	}
	var lines []string
	for _, l := range strings.Split(strings.TrimSuffix(ics, "\r\n"), "\r\n") {
		if len(l) > 75 {
			t.Errorf("line of %d octets: %q", len(l), l)
		}
		if !utf8.ValidString(l) {
			t.Errorf("a character is cut in %q", l)
		}
		if strings.HasPrefix(l, " ") {
			lines[len(lines)-1] += l[1:]
			continue
		}
		lines = append(lines, l)
	}
	var stack []string
	open := map[string]map[string]property{}
	for _, l := range lines {
		head, value, ok := strings.Cut(l, ":")
		if !ok || value == "" {
			t.Fatalf("no value in %q", l)
		}
		parts := strings.Split(head, ";")
		p := property{name: parts[0], params: map[string]string{}, value: value}
		for _, x := range parts[1:] {
			k, v, ok := strings.Cut(x, "=")
			if !ok {
				t.Fatalf("parameter %q", x)
			}
			p.params[k] = v
		}
		for _, r := range p.name {
			if !(r >= 'A' && r <= 'Z' || r == '-') {
				t.Fatalf("name %q", p.name)
			}
		}
		switch p.name {
		case "BEGIN":
			stack = append(stack, value)
			open[value] = map[string]property{}
		case "END":
			if len(stack) == 0 || stack[len(stack)-1] != value {
				t.Fatalf("END:%s closes %v", value, stack)
			}
			stack = stack[:len(stack)-1]
			switch value {
			case "VEVENT":
				events = append(events, open[value])
			case "STANDARD":
				zones = append(zones, open[value])
			case "VCALENDAR":
				for _, need := range []string{"VERSION", "PRODID"} {
					if _, ok := open[value][need]; !ok {
						t.Errorf("the calendar lacks %s", need)
					}
				}
			}
		default:
			if len(stack) == 0 {
				t.Fatalf("%q stands outside", l)
			}
			at := open[stack[len(stack)-1]]
			if _, twice := at[p.name]; twice {
				t.Errorf("%s comes twice", p.name)
			}
			at[p.name] = p
		}
	}
	if len(stack) > 0 {
		t.Fatalf("not closed: %v", stack)
	}
	uids := map[string]bool{}
	for _, e := range events {
		for _, need := range []string{"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} {
			if _, ok := e[need]; !ok {
				t.Errorf("an event lacks %s", need)
			}
		}
		if uids[e["UID"].value] {
			t.Errorf("UID %s twice", e["UID"].value)
		}
		uids[e["UID"].value] = true
		if s := e["DTSTAMP"].value; len(s) != 16 || !strings.HasSuffix(s, "Z") {
			t.Errorf("DTSTAMP %s is not UTC", s)
		}
	}
	return events, zones
}

// plainText undoes the escapes of a TEXT value; a sign that had to be escaped and was not fails.
func plainText(t testing.TB, s string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n', 'N':
				b.WriteByte('\n')
			case '\\', ';', ',':
				b.WriteByte(s[i])
			default:
				t.Errorf("escape \\%c", s[i])
			}
		case c == ';' || c == ',' || c == '\\' || c < 32:
			t.Errorf("sign %q stands bare in %q", c, s)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func TestTheFeedIsRead(t *testing.T) {
	long := strings.Repeat("禁毒人民战争指挥部调度会；", 12) + "a,b\\c\nd"
	dates := []Date{
		{UID: "meeting-1", Day: period.MustDay("2018-05-11"), Time: "09:30", Title: long, Place: "指挥部,一楼", Path: "/meetings/1"},
		{UID: "meeting-2", Day: period.MustDay("2018-12-31"), Time: "23:00", Title: "夜间会议", Gone: true},
		{UID: "item-7", Day: period.MustDay("2018-02-28"), AllDay: true, Title: "事项 2018-0007 到期", Path: "/actions/7"},
	}
	f := feed{name: "会议与期限", base: "http://10.1.2.3:8080", day: period.MustDay("2018-05-10")}
	text := string(f.write(dates))
	events, zones := strictICS(t, text)
	if len(events) != 3 || len(zones) != 1 || zones[0]["TZOFFSETTO"].value != "+0800" {
		t.Fatalf("%d events, zones %v", len(events), zones)
	}
	for i, want := range []map[string]string{
		{"UID": "meeting-1@kaiyang", "DTSTART": "20180511T093000", "DTEND": "20180511T113000", "URL": "http://10.1.2.3:8080/meetings/1", "DTSTAMP": "20180509T160000Z"},
		{"DTSTART": "20181231T230000", "DTEND": "20190101T010000", "STATUS": "CANCELLED"},
		{"DTSTART": "20180228", "DTEND": "20180301", "TRANSP": "TRANSPARENT", "SUMMARY": "事项 2018-0007 到期"},
	} {
		for name, value := range want {
			if got := events[i][name].value; got != value {
				t.Errorf("event %d: %s is %q, want %q", i, name, got, value)
			}
		}
	}
	if got := events[0]["DTSTART"].params["TZID"]; got != "Asia/Shanghai" {
		t.Errorf("zone %q", got)
	}
	if got := events[2]["DTSTART"].params["VALUE"]; got != "DATE" {
		t.Errorf("a deadline's kind is %q", got)
	}
	if got := plainText(t, events[0]["SUMMARY"].value); got != long {
		t.Errorf("title %q, want %q", got, long)
	}
	if got := plainText(t, events[0]["LOCATION"].value); got != "指挥部,一楼" {
		t.Errorf("place %q", got)
	}
	if again := string(f.write(dates)); again != text {
		t.Error("the same dates give other bytes")
	}
}

func FuzzFeed(f *testing.F) {
	f.Add("会议", "09:00", "x")
	f.Add("a\r\nATTENDEE:b", "25:99", strings.Repeat("好", 40))
	f.Fuzz(func(t *testing.T, title, at, uid string) {
		if title == "" {
			title = "x"
		}
		events, _ := strictICS(t, string(feed{name: "n", day: period.MustDay("2018-05-10")}.write([]Date{{UID: "u" + fmt.Sprintf("%x", uid), Day: period.MustDay("2018-05-11"), Time: at, Title: "会" + title}})))
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		plainText(t, events[0]["SUMMARY"].value)
	})
}
