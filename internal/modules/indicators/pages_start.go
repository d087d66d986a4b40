package indicators

import (
	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// startsView lists the known starts, with the form of a new one.
type startsView struct {
	Table *table.Table
	Form  *startForm
	Empty bool
}

// startView is one known start with its history.
type startView struct {
	Name, Day, Source string
	Entered           string
	Late, Ended       bool
	History           *table.Table
	Form              *startForm
	End               string // address that withdraws it
	EndFault          []string
}

// startForm is the form of a start with what was typed.
type startForm struct {
	Path                           string
	New                            bool
	Row                            int
	Name, NameEN, Day, Source, Why string
	Other                          string // what somebody else saved meanwhile
	F                              map[string][]string
}

// startsTable lists the known starts.
func (x lens) startsTable(list []Start) *table.Table {
	t := &table.Table{ID: "starts", Name: x.Text("已知起点"), Empty: x.Text("还没有起点")}
	for _, h := range []string{"名称", "日期", "依据文件", "录入日", "状态"} {
		c := table.Column{Head: []string{x.Text(h)}, RowHead: h == "名称"}
		if h == "日期" || h == "录入日" {
			c.Width = 6
		}
		t.Columns = append(t.Columns, c)
	}
	for _, s := range list {
		v := s.Latest()
		state := x.Text("施行")
		if v.Ended {
			state = x.Text("已停用")
		}
		entered := table.Text(s.Entered())
		if s.Late() {
			entered.Note = x.Text("起点以后录入")
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Link(x.Pick(v.Name, v.NameEN), startPath(s.ID)), table.Text(v.Day.String()), table.Text(v.Source), entered, table.Text(state)}})
	}
	return t
}

// startHistory lists the versions of a start, the newest first.
func (x lens) startHistory(s Start) *table.Table {
	t := &table.Table{ID: "history", Name: x.Text("历次录入")}
	for _, h := range []string{"版", "名称", "日期", "依据文件", "修改原因", "状态", "填写人", "时间"} {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.Text(h)}})
	}
	for k := len(s.Versions) - 1; k >= 0; k-- {
		v := s.Versions[k]
		state := x.Text("施行")
		if v.Ended {
			state = x.Text("已停用")
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(itoa(v.Version)), table.Text(x.Pick(v.Name, v.NameEN)), table.Text(v.Day.String()), table.Text(v.Source),
			table.Text(v.Why), table.Text(state), table.Text(v.By), table.Text(instant(v.At))}})
	}
	return t
}

// firstFault says an error in the reader's language.
func firstFault(err error, l words.Lang) string { return fault.Say(err, l.Text) }
