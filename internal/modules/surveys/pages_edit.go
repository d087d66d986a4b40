package surveys

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
)

// editView is the form of a survey.
type editView struct {
	ID, Version                                              int64
	Title, From, To, By, Population, Frame, Note, Approached string
	FrameKnown, WholeCluster                                 bool
	Topics, Forces, Designs, Modes, Previous                 []option
	Questions                                                []questionForm
	Strata                                                   []stratumForm
	Townships                                                string // address that fills in the townships; "" when there is something already
	Save, Cancel                                             string
	HasData                                                  bool
	F                                                        formFaults
}

type questionForm struct {
	No, Show                          int
	Text, Name, Yes, No_, Out, Target string
	Faults                            []string
}

type stratumForm struct {
	No                            int
	Name, People, Clusters, Merge string
}

func blank(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// answersOf lists the answers of a class, one a line.
func (q Question) answersOf(c AnswerClass) string {
	var out []string
	for _, a := range q.Answers {
		if a.Class == c {
			out = append(out, a.Text)
		}
	}
	return strings.Join(out, "\n")
}

// spareStrata and spareQuestions are how many empty lines a form offers beyond those that are there.
const (
	spareStrata    = 4
	spareQuestions = 1
)

func (x lens) edit(s Survey, forces []org.UnitID, earlier []Survey, a perm.Actor) editView {
	v := editView{ID: s.ID, Version: s.Version, Title: s.Title, From: dayText(s.From), To: dayText(s.To), By: s.By, Population: s.Population, Frame: s.Frame, Note: s.Note, Approached: blank(s.Approached), FrameKnown: s.FrameKnown, WholeCluster: s.WholeCluster,
		Save: newPath, Cancel: listPath, F: formFaults{}}
	if s.ID != 0 {
		v.Save, v.Cancel = surveyPath(s.ID)+"/edit", surveyPath(s.ID)
	}
	for _, t := range Topics() {
		v.Topics = append(v.Topics, option{string(t), x.t(t.Text()), t == s.Topic})
	}
	if a.Has(perm.Office) {
		v.Forces = append(v.Forces, option{"0", x.owner(0), s.Force == 0})
	}
	for _, f := range forces {
		if a.May(ruleWrite, perm.On{Force: f}) == nil {
			v.Forces = append(v.Forces, option{strconv.Itoa(int(f)), x.name(f), f == s.Force})
		}
	}
	for _, d := range Designs() {
		v.Designs = append(v.Designs, option{string(d), x.t(d.Text()), d == s.Design})
	}
	for _, m := range Modes() {
		v.Modes = append(v.Modes, option{string(m), x.t(m.Text()), m == s.Mode})
	}
	v.Previous = []option{{"0", x.t("没有或不比较"), s.Previous == 0}}
	for _, e := range earlier {
		if e.ID != s.ID && e.State != Withdrawn && e.Design != Convenience {
			v.Previous = append(v.Previous, option{strconv.FormatInt(e.ID, 10), e.Title + "（" + span(e) + "）", e.ID == s.Previous})
		}
	}
	for i, q := range s.Questions {
		v.Questions = append(v.Questions, questionForm{No: i, Show: i + 1, Text: q.Text, Name: q.Name, Yes: q.answersOf(Counted), No_: q.answersOf(Other), Out: q.answersOf(LeftOut), Target: q.Target})
	}
	for range spareQuestions {
		if n := len(v.Questions); n < mostQuestions {
			v.Questions = append(v.Questions, questionForm{No: n, Show: n + 1})
		}
	}
	for i, h := range s.Strata {
		f := stratumForm{No: i, Name: h.Name, People: blank(h.People), Clusters: blank(h.Clusters), Merge: h.Merge}
		if h.Name == whole {
			f.Name = ""
		}
		v.Strata = append(v.Strata, f)
	}
	for range spareStrata {
		v.Strata = append(v.Strata, stratumForm{No: len(v.Strata)})
	}
	if len(s.Strata) < 2 {
		v.Townships = v.Save + "?strata=townships"
	}
	return v
}

// countsView is the page on which totals are typed.
type countsView struct {
	Title, Path      string
	Version          int64
	Questions        []option
	Question, Text   string
	Heads            []string
	Rows             []countRow
	Clusters, Strata bool
	Names            []string
	Weighted         bool
	F                formFaults
}

type countRow struct {
	No               int
	Stratum, Cluster string
	Fixed            bool
	Cells            []cellForm
}

type cellForm struct{ Name, Value string }

// spareClusters is how many empty lines the grid of a cluster sample offers.
const spareClusters = 8

func (x lens) countsForm(s Survey, q Question, c Counts) countsView {
	v := countsView{Title: s.Title, Path: surveyPath(s.ID), Version: s.Version, Question: q.Code, Text: q.Text, Clusters: s.Design.clusters(), Strata: len(s.Strata) > 1 || s.Strata[0].Name != whole, Weighted: c.weighted(), F: formFaults{}}
	for _, o := range s.Questions {
		v.Questions = append(v.Questions, option{o.Code, o.Code + " " + o.Text, o.Code == q.Code})
	}
	for _, a := range q.Answers {
		v.Heads = append(v.Heads, a.Text)
	}
	for _, h := range s.Strata {
		v.Names = append(v.Names, h.Name)
	}
	type key struct{ stratum, cluster string }
	var order []key
	at := map[key][]int64{}
	add := func(k key) []int64 {
		if at[k] == nil {
			at[k] = make([]int64, len(q.Answers))
			order = append(order, k)
		}
		return at[k]
	}
	if !v.Clusters {
		for _, h := range s.Strata {
			add(key{h.Name, ""})
		}
	}
	for _, n := range c.of(q.Code) {
		if n.Answer < len(q.Answers) {
			add(key{n.Stratum, n.Cluster})[n.Answer] += n.N
		}
	}
	if v.Clusters && len(order) == 0 {
		// The clusters of another question are those of this one as well.
		for _, n := range c {
			add(key{n.Stratum, n.Cluster})
		}
	}
	row := func(k key, n []int64, fixed bool) {
		r := countRow{No: len(v.Rows), Stratum: k.stratum, Cluster: k.cluster, Fixed: fixed}
		for i, m := range n {
			r.Cells = append(r.Cells, cellForm{"n" + strconv.Itoa(r.No) + "_" + strconv.Itoa(i), blank(m)})
		}
		v.Rows = append(v.Rows, r)
	}
	for _, k := range order {
		row(k, at[k], !v.Clusters)
	}
	if v.Clusters {
		for range spareClusters {
			row(key{}, make([]int64, len(q.Answers)), false)
		}
	}
	return v
}

// importView is the page on which a file of answers is checked.
type importView struct {
	Title, Path  string
	Columns      []factLine
	Problem      string
	Done         bool
	File, Report string
	Findings     []string
	Token        string
	Preview      []previewLine
	Strata       int
	Replaces     string
	XLSX, CSV    string
}

type previewLine struct {
	Head    string
	Answers []factLine
}

// The headers of the template, as the reader of a file takes them.
const (
	stratumHead = "层"
	clusterHead = "群"
	weightHead  = "权数"
	countHead   = "份数"
)

// columnHelp says what stands in each column of a file.
func (x lens) columnHelp(s Survey) (out []factLine) {
	if len(s.Strata) > 1 {
		out = append(out, factLine{x.t(stratumHead), x.t("层的名称，和“分层”里写的一样")})
	}
	if s.Design.clusters() {
		out = append(out, factLine{x.t(clusterHead), x.t("村、组或社区的名称；同一个点写法要一致")})
	}
	if s.Design != Convenience {
		out = append(out, factLine{x.t(weightHead), x.t("可以没有这一列；有就每行都写大于 0 的数")})
	}
	out = append(out, factLine{x.t(countHead), x.t("可以没有这一列；一行代表几份相同的回答时写整数")})
	for _, q := range s.Questions {
		out = append(out, factLine{q.Code, x.t("回答的文字或序号（%s）；没有问到就留空：%s", q.list(), q.Text)})
	}
	return out
}

// template gives the head of a file of answers.
func (s Survey) template() *table.Table {
	var head []string
	if len(s.Strata) > 1 {
		head = append(head, stratumHead)
	}
	if s.Design.clusters() {
		head = append(head, clusterHead)
	}
	head = append(head, countHead)
	t := &table.Table{ID: "answers", Name: answerSheet}
	for _, q := range s.Questions {
		head = append(head, q.Code)
	}
	for i, h := range head {
		t.Columns = append(t.Columns, table.Column{Head: []string{h}, Key: "c" + strconv.Itoa(i)})
	}
	return t
}
