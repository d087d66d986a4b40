package meetings

import "strconv"

// Addresses of pages stand here and nowhere else.

func meetingPath(id int64) string { return "/meetings/" + strconv.FormatInt(id, 10) }

func runPath(id, topic int64) string {
	p := meetingPath(id) + "/run?screen=1"
	if topic != 0 {
		p += "&topic=" + strconv.FormatInt(topic, 10)
	}
	return p
}

func packPath(id int64, version int) string {
	return meetingPath(id) + "/packs/" + strconv.Itoa(version)
}

func seriesPath(id int64) string { return "/meeting-series/" + strconv.FormatInt(id, 10) }

// Path gives the address of a meeting's page, for links from other parts.
func (s *Service) Path(id int64) string { return meetingPath(id) }
