package indicators

// A Claim is the kind of statement a member of a bundle makes (SEED §2).
type Claim string

// The claims.
const (
	SystemBuilt  Claim = "system_built"  // 体系已建立：a checklist
	ChangeSeen   Claim = "change_seen"   // 发生变化：before and after
	NeverHappens Claim = "never_happens" // 不发生：a count that must be zero
	ClaimRises   Claim = "rises"         // 上升
	ClaimFalls   Claim = "falls"         // 下降
	Threshold    Claim = "threshold"     // 达到门槛
	Followed     Claim = "followed"      // 列入监测，没有门槛
)

// Label gives the claim in Chinese.
func (c Claim) Label() string {
	return map[Claim]string{SystemBuilt: "体系建立", ChangeSeen: "发生变化", NeverHappens: "不发生", ClaimRises: "上升", ClaimFalls: "下降",
		Threshold: "达到门槛", Followed: "监测"}[c]
}

// Claims lists the claims in the order of the form.
func Claims() []Claim {
	return []Claim{SystemBuilt, ChangeSeen, NeverHappens, ClaimRises, ClaimFalls, Threshold, Followed}
}

// A Bundle is a named, ordered group of goals, such as 十项拐点指标. A member that is not
// published stays visibly empty: 由县填写.
type Bundle struct {
	Code    string
	Name    string
	NameEN  string
	Order   int
	Note    string
	Source  string
	OnFront bool // shown on the dashboard
	Row     int  // counts the changes of its row; 0 saves without asking
	Members []BundleMember
}

// A BundleMember is an indicator, a task or a checklist item; or nothing yet.
type BundleMember struct {
	Order     int
	Claim     Claim
	Indicator string // code; empty for a member without a figure
	Task      string // task of the plan, "1:Z1T2"; empty for none
	Text      string // name of a member that is no indicator
	TextEN    string
}

// Empty tells that the county has yet to fill this member in.
func (m BundleMember) Empty() bool { return m.Indicator == "" && m.Task == "" && m.Text == "" }
