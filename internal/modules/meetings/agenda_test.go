package meetings

import (
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
)

// Everything that may ask to be on an agenda, in the order of a meeting, each with its reason.
func TestWhatTheDataPropose(t *testing.T) {
	red := shown("I2", "未复吸率", "29.5", "≥30%", measure.Red, "2018-04")
	worse := shown("I1", "执行率", "98.3", "≥98%", measure.Green, "2018-04")
	k := Known{Day: period.MustDay("2018-05-10"), Figures: []measure.Shown{worse, red},
		Before: map[string]measure.Shown{"I1": shown("I1", "执行率", "99.1", "≥98%", measure.Green, "2018-03"), "I2": shown("I2", "未复吸率", "29.9", "≥30%", measure.Red, "2018-03")},
		Last:   &Meeting{ID: 7, Title: "上次调度会"}, Decided: []Decision{{Item: 1}, {Item: 2}},
		Items: []work.Item{{ID: 1, Title: "核对底数。", Lead: east, Deadline: period.MustDay("2018-05-07"), State: work.Working, Overdue: 3, Path: "/actions/1"}, {ID: 2, State: work.Closed, Overdue: 9},
			{ID: 3, Title: "早已逾期", Lead: west, Deadline: period.MustDay("2018-05-01"), State: work.Assigned, Overdue: 6}},
		Put:     []Topic{{Title: "踏查", Key: "hand:3", Kind: Free, Outcome: Put, Carried: 1}, {Title: "未议的数据题", Key: "late:月报:2018-04", Kind: Missing, Carried: 0}, {Title: "已不成立", Key: "late:旧表:2018-03", Kind: Missing}},
		Signals: []Signal{{Key: "s1", Title: "新增偏高", Reason: "较常年高"}}, Matters: []Signal{{Key: "plan:1:T1:end", Title: "T1 自查", Reason: "完成日已过", Unit: west}},
		Late: []Late{{Form: "月报", Name: "东山镇", Unit: east, Force: forceA, Period: period.MustParse("2018-04")}},
		Unit: func(u org.UnitID) string { return map[org.UnitID]string{east: "东山镇", west: "西山镇"}[u] }, Force: func(string) org.UnitID { return forceA }}
	var got []string
	list := Propose(k)
	for _, t := range list {
		got = append(got, string(t.Kind)+" "+t.Title+"："+t.Reason)
	}
	want := []string{
		"followup 上次议定事项办理情况：上次调度会交办 2 项，已销号 1 项，在办 1 项",
		"deferred 踏查：已连续 2 次延后",
		"red 未复吸率：2018年4月 29.5%，目标 ≥30%，未达标；较上次调度会（2018年3月 29.9%）变差",
		"worse 执行率：2018年4月 98.3%，上次调度会时 2018年3月 99.1%",
		"overdue 早已逾期：西山镇牵头，期限2018年5月1日，逾期 6 个工作日，待签收",
		"overdue 核对底数：东山镇牵头，期限2018年5月7日，逾期 3 个工作日，办理中",
		"signal 新增偏高：较常年高",
		"plan T1 自查：完成日已过",
		"missing 月报 2018年4月未报：1 个单位到期未报：东山镇",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("proposed:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// What was not discussed and still holds is counted as put off; what no longer holds is gone.
	if last := list[len(list)-1]; last.Carried != 1 {
		t.Errorf("the undiscussed matter was carried %d times, want 1", last.Carried)
	} else if last.Unit != east || last.Force != forceA {
		t.Errorf("the missing return points to unit %d and task force %d, want %d and %d", last.Unit, last.Force, east, forceA)
	}
}

// A missing return of one unit points to it, of several units to the task force alone.
func TestWhoeverOwesTheReturnIsOfferedTheWork(t *testing.T) {
	april := period.MustParse("2018-04")
	one, two := Late{Form: "月报", Name: "东山镇", Unit: east, Force: forceA, Period: april}, Late{Form: "月报", Name: "西山镇", Unit: west, Force: forceA, Period: april}
	for _, c := range []struct {
		late []Late
		unit org.UnitID
	}{{[]Late{one}, east}, {[]Late{two}, west}, {[]Late{one, two}, 0}} {
		got := lateTopics(c.late)
		if len(got) != 1 || got[0].Unit != c.unit || got[0].Force != forceA {
			t.Errorf("%d late returns: %+v, want unit %d of task force %d", len(c.late), got, c.unit, forceA)
		}
	}
}

// What a person ordered, wrote or settled stays; only untouched proposals are brought up to date.
func TestProposingAgainKeepsWhatPeopleDid(t *testing.T) {
	have := []Topic{{ID: 1, Key: "a", Reason: "旧"}, {ID: 2, Key: "b", Reason: "旧", Note: "已核"}, {ID: 3, Key: "c", Reason: "旧", Outcome: Discussed}, {ID: 4, Key: "d", Reason: "同"}}
	add, refresh := merge(have, []Topic{{Key: "a", Reason: "新"}, {Key: "b", Reason: "新"}, {Key: "c", Reason: "新"}, {Key: "d", Reason: "同"}, {Key: "e", Reason: "新"}})
	if len(add) != 1 || add[0].Key != "e" || len(refresh) != 1 || refresh[0].ID != 1 || refresh[0].Reason != "新" {
		t.Errorf("add %+v, refresh %+v", add, refresh)
	}
}
