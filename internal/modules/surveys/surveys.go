// Package surveys keeps satisfaction and awareness surveys (群众满意率、知晓率调查): how the sample
// was drawn, the counts of the answers, and what the sample can and cannot show (METHODS §5; issue 4
// part 3).
//
// Answers are kept as counts by stratum, cluster, weight and answer; no row on a person is kept, and
// a file with names or numbers of persons is refused. Questionnaires from streets, events and schools
// are counted and never inferred from.
package surveys

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
)

// A Topic is what a survey is about.
type Topic string

// The topics.
const (
	Satisfaction Topic = "satisfaction" // 群众满意率
	Awareness    Topic = "awareness"    // 知晓率
	Appraisal    Topic = "appraisal"    // 工作测评
	OtherTopic   Topic = "other"
)

// Topics lists the topics in the order of the form.
func Topics() []Topic { return []Topic{Satisfaction, Awareness, Appraisal, OtherTopic} }

// Text gives the topic in Chinese.
func (t Topic) Text() string {
	return map[Topic]string{Satisfaction: "群众满意率", Awareness: "知晓率", Appraisal: "工作测评", OtherTopic: "其他调查"}[t]
}

// share is what the share of a question is called unless somebody names it otherwise.
func (t Topic) share() string {
	return map[Topic]string{Satisfaction: "满意率", Awareness: "知晓率", Appraisal: "好评率"}[t]
}

// A Design is how people came into the survey.
type Design string

// The designs. Convenience is no sample drawn by chance.
const (
	Simple             Design = "simple"             // 简单随机
	Stratified         Design = "stratified"         // 分层
	Cluster            Design = "cluster"            // 整群
	StratifiedCluster  Design = "stratified_cluster" // 分层整群
	Convenience        Design = "convenience"        // 非概率
	convenienceCaption        = "非概率样本，不作推断"
)

// Designs lists the designs in the order of the form.
func Designs() []Design {
	return []Design{Simple, Stratified, Cluster, StratifiedCluster, Convenience}
}

// Text gives the design in Chinese.
func (d Design) Text() string {
	return map[Design]string{Simple: "简单随机抽样", Stratified: "分层抽样", Cluster: "整群抽样", StratifiedCluster: "分层整群抽样", Convenience: "非概率样本（街头、活动、学校、网上问卷）"}[d]
}

// Short gives the design in Chinese for a table.
func (d Design) Short() string {
	return map[Design]string{Simple: "简单随机", Stratified: "分层随机", Cluster: "整群", StratifiedCluster: "分层整群", Convenience: "非概率"}[d]
}

// strata tells whether the design has strata.
func (d Design) strata() bool { return d == Stratified || d == StratifiedCluster }

// clusters tells whether the design has clusters.
func (d Design) clusters() bool { return d == Cluster || d == StratifiedCluster }

// A Mode is the way in which people were asked.
type Mode string

// The modes. The first three go with samples drawn by chance, the others with questionnaires.
const (
	Phone  Mode = "phone"  // 电话
	Visit  Mode = "visit"  // 入户、面访
	Paper  Mode = "paper"  // 自填
	Street Mode = "street" // 街头
	Event  Mode = "event"  // 活动现场
	School Mode = "school" // 学校
	Online Mode = "online" // 网上
)

// Modes lists the modes in the order of the form.
func Modes() []Mode { return []Mode{Phone, Visit, Paper, Street, Event, School, Online} }

// Text gives the mode in Chinese.
func (m Mode) Text() string {
	return map[Mode]string{Phone: "电话访问", Visit: "入户访问", Paper: "自填问卷", Street: "街头", Event: "活动现场", School: "学校", Online: "网上"}[m]
}

func (m Mode) chance() bool { return m == Phone || m == Visit || m == Paper }

// A State is how far a survey has come.
type State string

// The states.
const (
	Draft     State = "draft"     // 起草
	Fixed     State = "fixed"     // 定稿
	Withdrawn State = "withdrawn" // 已撤回
)

// Text gives the state in Chinese.
func (s State) Text() string {
	return map[State]string{Draft: "起草", Fixed: "定稿", Withdrawn: "已撤回"}[s]
}

// whole is the name of the only stratum of a survey without strata.
const whole = "全体"

// mostStrata, mostQuestions and mostAnswers bound a survey.
const (
	mostStrata    = 200
	mostQuestions = 12
	mostAnswers   = 12
)

// A Stratum is a part of the population that was sampled on its own.
type Stratum struct {
	Name     string `json:"name"`
	People   int64  `json:"people,omitempty"`   // persons in it, 0 for unknown
	Clusters int64  `json:"clusters,omitempty"` // clusters in it, 0 for unknown
	Merge    string `json:"merge,omitempty"`    // stratum it is joined with for the error
}

// An AnswerClass tells how an answer enters a share.
type AnswerClass string

// The classes of answers.
const (
	Counted AnswerClass = "yes" // 计入（满意、知晓）
	Other   AnswerClass = "no"  // 不计入
	LeftOut AnswerClass = "out" // 不表态，不在分母中
)

// An Answer is a choice of a question.
type Answer struct {
	Text  string      `json:"text"`
	Class AnswerClass `json:"class"`
}

// A Question is one question of a survey whose answers give a share.
type Question struct {
	Code    string   `json:"code"` // Q1, Q2 …
	Text    string   `json:"text"`
	Name    string   `json:"name"` // of the share: 满意率
	Answers []Answer `json:"answers"`
	Target  string   `json:"target,omitempty"` // per cent to be reached, "95"; empty for none
}

// target gives the target as a fraction.
func (q Question) target() (float64, bool) {
	v, err := strconv.ParseFloat(q.Target, 64)
	return v / 100, err == nil
}

// alike tells whether two questions ask the same and count the same answers.
func (q Question) alike(other Question) bool {
	if q.Text != other.Text || len(q.Answers) != len(other.Answers) {
		return false
	}
	for i, a := range q.Answers {
		if a != other.Answers[i] {
			return false
		}
	}
	return true
}

// A Survey is one wave of a survey: its design and its questions. The counts stand beside it.
type Survey struct {
	ID           int64
	Title        string
	Topic        Topic
	Force        org.UnitID // task force that owns it; 0 for the office
	From, To     period.Day
	By           string // who carried it out
	Population   string // 全县18周岁以上常住居民
	Frame        string // list or numbers that were drawn from
	FrameKnown   bool   // the frame covers the population and is written down
	Design       Design
	Mode         Mode
	WholeCluster bool  // everybody in a drawn cluster was asked
	Approached   int64 // persons approached, 0 for not recorded
	Previous     int64 // earlier wave to compare with, 0 for none
	Note         string
	Questions    []Question
	Strata       []Stratum
	State        State
	FixedBy      string
	FixedOn      period.Day
	Reason       string // of withdrawing
	Record       string // JSON of the results as they were fixed
	Version      int64
}

// sampling gives the kind of sample for package stats.
func (s Survey) sampling() stats.Sampling {
	if s.Design == Convenience {
		return stats.Convenience
	}
	return stats.ProbabilitySample
}

// stratum gives the place of a stratum by its name.
func (s Survey) stratum(name string) int {
	for i, x := range s.Strata {
		if x.Name == name {
			return i
		}
	}
	return -1
}

// question gives a question by its code.
func (s Survey) question(code string) (Question, bool) {
	for _, q := range s.Questions {
		if q.Code == code {
			return q, true
		}
	}
	return Question{}, false
}

// mayChange refuses deeds to a survey whose results are fixed.
func (s Survey) mayChange() error {
	switch s.State {
	case Fixed:
		return fault.New(fault.Conflict, "调查结果已经定稿，不再改动；确有错误请禁毒办撤回，再另立一项")
	case Withdrawn:
		return fault.New(fault.Conflict, "这项调查已经撤回；请另立一项")
	}
	return nil
}

// tidy brings a survey into its usual form: the stratum of a survey without strata, the codes of
// questions, the names of shares.
func (s *Survey) tidy() {
	if s.Design != Convenience && !s.Design.strata() || len(s.Strata) == 0 {
		one := Stratum{Name: whole}
		if len(s.Strata) > 0 {
			one.People, one.Clusters = s.Strata[0].People, s.Strata[0].Clusters
		}
		s.Strata = []Stratum{one}
	}
	if !s.Design.clusters() {
		s.WholeCluster = false
		for i := range s.Strata {
			s.Strata[i].Clusters = 0
		}
	}
	for i := range s.Questions {
		q := &s.Questions[i]
		q.Code = "Q" + strconv.Itoa(i+1)
		if q.Name == "" {
			q.Name = s.Topic.share()
		}
		q.Target = strings.TrimSuffix(strings.TrimSuffix(q.Target, "%"), "％")
	}
}

// The deeds of this module.
var (
	ruleRead  = perm.Rule{Deed: "surveys.read", Label: "查看已定稿的调查", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Worker, perm.Reader}}
	ruleWrite = perm.Rule{Deed: "surveys.write", Label: "登记调查、录入和导入结果", Roles: []perm.Role{perm.Office, perm.Member}, Scoped: true}
	ruleFix   = perm.Rule{Deed: "surveys.fix", Label: "调查结果定稿、撤回", Roles: []perm.Role{perm.Office}}
)

func rules() []perm.Rule { return []perm.Rule{ruleRead, ruleWrite, ruleFix} }
