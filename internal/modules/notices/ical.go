package notices

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/period"
)

// A Date is a meeting or a deadline of a person's own units, for the calendar feed. Title names the
// matter and no person: the feed leaves the system.
type Date struct {
	UID    string // stable and unique in this installation: "meeting-12"
	Day    period.Day
	Time   string // "09:00"; without effect where AllDay
	AllDay bool   // a deadline
	Title  string // in Chinese
	Place  string // of a meeting; may be empty
	Path   string // of its page
	Gone   bool   // cancelled
}

// feed describes a calendar around its dates.
type feed struct {
	name string
	base string // address of the system, "" leaves links out
	day  period.Day
}

// meetingMinutes is how long a meeting is shown, since nobody says when it ends.
const meetingMinutes = 120

// write gives the dates in iCalendar format (RFC 5545). The same dates on the same day give the
// same bytes.
func (f feed) write(dates []Date) []byte {
	var b bytes.Buffer
	line := func(name, value string) { fold(&b, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Kaiyang//Drug-Control Office//ZH")
	line("CALSCALE", "GREGORIAN")
	line("METHOD", "PUBLISH")
	line("X-WR-CALNAME", escape(f.name))
	line("X-WR-TIMEZONE", zone)
	line("REFRESH-INTERVAL;VALUE=DURATION", "PT6H")
	line("X-PUBLISHED-TTL", "PT6H")
	for _, s := range [][2]string{{"BEGIN", "VTIMEZONE"}, {"TZID", zone}, {"BEGIN", "STANDARD"}, {"DTSTART", "19910915T010000"},
		{"TZOFFSETFROM", "+0800"}, {"TZOFFSETTO", "+0800"}, {"TZNAME", "CST"}, {"END", "STANDARD"}, {"END", "VTIMEZONE"}} {
		line(s[0], s[1])
	}
	stamp := compact(f.day.AddDays(-1)) + "T160000Z" // midnight in Shanghai
	for _, d := range dates {
		line("BEGIN", "VEVENT")
		line("UID", escape(uid(d.UID)))
		line("DTSTAMP", stamp)
		at, timed := minutes(d.Time)
		if d.AllDay || !timed {
			line("DTSTART;VALUE=DATE", compact(d.Day))
			line("DTEND;VALUE=DATE", compact(d.Day.AddDays(1)))
			line("TRANSP", "TRANSPARENT")
		} else {
			line("DTSTART;TZID="+zone, compact(d.Day)+clockText(at))
			day, end := d.Day, at+meetingMinutes
			if end >= 24*60 {
				day, end = day.AddDays(1), end-24*60
			}
			line("DTEND;TZID="+zone, compact(day)+clockText(end))
		}
		line("SUMMARY", escape(masked(d.Title)))
		if d.Place != "" {
			line("LOCATION", escape(masked(d.Place)))
		}
		if f.base != "" && strings.HasPrefix(d.Path, "/") {
			line("URL", f.base+d.Path)
		}
		if d.Gone {
			line("STATUS", "CANCELLED")
		}
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return b.Bytes()
}

const zone = "Asia/Shanghai"

func uid(s string) string { return s + "@kaiyang" }

func compact(d period.Day) string { return strings.ReplaceAll(d.String(), "-", "") }

func clockText(at int) string { return fmt.Sprintf("T%02d%02d00", at/60, at%60) }

// escape writes a value of kind TEXT; signs that no text may hold are left out.
func escape(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case r == '\\' || r == ';' || r == ',':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < 32 && r != '\t' || r == 127:
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lineOctets is the longest line without its break.
const lineOctets = 75

// fold writes a line, broken so that none is longer than 75 octets and no character is cut.
func fold(b *bytes.Buffer, s string) {
	room := lineOctets
	for len(s) > room {
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		b.WriteString(s[:cut])
		b.WriteString("\r\n ")
		s, room = s[cut:], lineOctets-1
	}
	b.WriteString(s)
	b.WriteString("\r\n")
}

// window is what a feed shows: half a year back and a year ahead.
func window(day period.Day) (from, to period.Day) { return day.AddDays(-180), day.AddDays(370) }
