package returns

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
)

// maxKept is how many overtaken drafts of one person are kept beside the one at work.
const maxKept = 20

// A clash is a conflict of what was typed with what somebody else saved meanwhile; it names the
// two sides, both of which are kept.
type clash struct {
	error
	mine, other string // sides: draftID
	window      bool   // the other one is of the same account, from another window
}

func (c clash) Unwrap() error { return c.error }

// otherWindow tells that the draft at work was saved from another window of the same account;
// what was typed here was put aside.
func otherWindow(at draft, aside int) error {
	return clash{error: fault.New(fault.Conflict, "这份报表已在别的窗口保存过（%s，%s），与这里的内容不同；两份都已保留，请对比后选定一份", at.Name, shortStamp(at.At)),
		mine: draftID(aside, at.Account), other: draftID(0, at.Account), window: true}
}

// seenOf writes down which drafts at work somebody was shown of other people.
func seenOf(list []draft, account string) string {
	var out []string
	for _, d := range list {
		if d.Slot == 0 && d.Account != account {
			out = append(out, fmt.Sprintf("%s:%d", d.Account, d.Seq))
		}
	}
	return strings.Join(out, " ")
}

// unseenDraft finds a draft, of another window or of another person, that was saved since a return
// was opened for handing in and says something else.
func unseenDraft(tx *sqldb.Tx, x Return, account string, in SubmitIn) (clashed, err error) {
	list, err := drafts(tx, x.ID)
	if err != nil {
		return nil, err
	}
	seen := strings.Fields(in.Seen)
	for _, d := range list {
		mine := d.Account == account
		if d.Slot > 0 || mine && d.Seq == in.Seq || !mine && (d.At < x.LastAt || slices.Contains(seen, seenOf([]draft{d}, account))) {
			continue
		}
		full, ok, err := draftOf(tx, x.ID, d.Account, 0)
		if err != nil {
			return nil, err
		}
		theirs := full.Filling
		theirs.Reason = in.Filling.Reason // of the deed, not of what is reported
		if !ok || sameFilling(theirs, in.Filling) {
			continue
		}
		if mine {
			return otherWindow(d, 0), nil
		}
		return clash{error: fault.New(fault.Conflict, "%s 于 %s 也保存了这份报表，与您填的不同；两份都已保留，请对比后选定一份再提交", d.Name, shortStamp(d.At)),
			mine: draftID(0, account), other: draftID(0, d.Account)}, nil
	}
	return nil, nil
}

// retireDraft ends the draft at work of who hands in. One that says something else, and is not the
// one that was gone on from, is kept aside.
func retireDraft(tx *sqldb.Tx, ret int64, account string, in SubmitIn) error {
	d, ok, err := draftOf(tx, ret, account, 0)
	if err != nil || !ok {
		return err
	}
	if d.Seq != in.Seq && !sameFilling(d.Filling, in.Filling) {
		if _, err := keepAside(tx, ret, d); err != nil {
			return err
		}
	}
	return dropDraft(tx, ret, account, 0)
}

// keepAside keeps a draft beside the one at work and tells its slot; the oldest of many goes.
func keepAside(tx *sqldb.Tx, ret int64, d draft) (slot int, err error) {
	if slot, err = freeSlot(tx, ret, d.Account); err != nil {
		return 0, err
	}
	if slot > 1 {
		last, ok, err := draftOf(tx, ret, d.Account, slot-1)
		if err != nil {
			return 0, err
		}
		if ok && sameFilling(last.Filling, d.Filling) {
			return slot - 1, nil
		}
	}
	if slot > maxKept {
		if err := dropDraft(tx, ret, d.Account, slot-maxKept); err != nil {
			return 0, err
		}
	}
	d.Slot, d.Seq = slot, 1
	return slot, keepDraft(tx, ret, d)
}

func sameFilling(a, b Filling) bool {
	trimmed := func(m map[Key]Typed) map[Key]string {
		out := map[Key]string{}
		for k, t := range m {
			if x := strings.TrimSpace(t.Text); x != "" {
				out[k] = x
			}
		}
		return out
	}
	notes := func(m map[Key]string) map[Key]string {
		out := map[Key]string{}
		for k, t := range m {
			if x := strings.TrimSpace(t); x != "" {
				out[k] = x
			}
		}
		return out
	}
	return a.Declared == b.Declared && strings.TrimSpace(a.Comment) == strings.TrimSpace(b.Comment) && strings.TrimSpace(a.Reason) == strings.TrimSpace(b.Reason) &&
		maps.Equal(trimmed(a.Cells), trimmed(b.Cells)) && maps.Equal(notes(a.Notes), notes(b.Notes))
}
