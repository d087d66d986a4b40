package actions

import (
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
)

var everybody = []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Worker, perm.Reader}

// The deeds of this module. The items of the county are seen by everybody who works in it;
// feedback and evidence by the units concerned, the owning task force, the office and the leaders.
var (
	ruleRead     = perm.Rule{Deed: "actions.read", Label: "查看事项", Roles: everybody}
	ruleEvidence = perm.Rule{Deed: "actions.evidence", Label: "查看事项的反馈和佐证材料", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter}, Scoped: true}
	rulePropose  = perm.Rule{Deed: "actions.propose", Label: "提出事项", Roles: []perm.Role{perm.Office, perm.Member}, Scoped: true}
	ruleOffice   = perm.Rule{Deed: "actions.office", Label: "立项、交办、批延期、销号、签发督办单", Roles: []perm.Role{perm.Office}}
	ruleHandle   = perm.Rule{Deed: "actions.handle", Label: "签收并办理本单位的事项", Roles: []perm.Role{perm.Reporter, perm.Member}, Scoped: true}
	ruleVerify   = perm.Rule{Deed: "actions.verify", Label: "核验事项", Roles: []perm.Role{perm.Office, perm.Member}, Scoped: true}
	ruleAbandon  = perm.Rule{Deed: "actions.abandon", Label: "终止事项", Roles: []perm.Role{perm.Leader}}
	ruleLight    = perm.Rule{Deed: "actions.light", Label: "批准人工定灯", Roles: []perm.Role{perm.Leader, perm.Office}}
	ruleMine     = perm.Rule{Deed: "actions.mine", Label: "打开待我办理", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter}}
)

func rules() []perm.Rule {
	return []perm.Rule{ruleRead, ruleEvidence, rulePropose, ruleOffice, ruleHandle, ruleVerify, ruleAbandon, ruleLight, ruleMine}
}

// noForce stands for the task force of items without one: no member covers it.
const noForce org.UnitID = -1

func forceOr(f org.UnitID) org.UnitID {
	if f == 0 {
		return noForce
	}
	return f
}

// permOf gives the right behind the people of a rule.
func (w Who) permOf() perm.Rule {
	return map[Who]perm.Rule{AnyProposer: rulePropose, TheOffice: ruleOffice, LeadUnit: ruleHandle, AnyParty: ruleHandle,
		AChecker: ruleVerify, ALeader: ruleAbandon, OtherApprover: ruleLight}[w]
}

// may tells whether an actor is one of the people of a rule for an item, and by which post. Units
// are those of today: the successor of a unit handles its items (SEMANTICS §1). For deeds of a
// unit, unit says which.
func (s *Service) may(by perm.Actor, w Who, a *Action, unit org.UnitID) (perm.Post, error) {
	on := perm.On{Force: forceOr(a.Force)}
	switch w {
	case LeadUnit:
		unit = a.Lead()
		fallthrough
	case AnyParty:
		if a.party(unit) < 0 {
			return perm.Post{}, fault.New(fault.Missing, "%s不承办这件事项；请从事项页面进入", fault.Word(s.unitName(unit)))
		}
		now := s.now(unit)
		on = perm.On{Unit: now, Force: now}
	case OtherApprover:
		if a.Override.By == by.Login {
			return perm.Post{}, fault.New(fault.Forbidden, "人工定灯是您本人提请的；批准要由另一个人来做")
		}
	}
	return by.Why(w.permOf(), on)
}

// mayEvidence tells whether an actor may see feedback and files of an item.
func (s *Service) mayEvidence(by perm.Actor, a *Action) error {
	err := by.May(ruleEvidence, perm.On{Force: forceOr(a.Force)})
	for _, p := range a.Parties {
		if err == nil {
			break
		}
		now := s.now(p.Unit)
		err = by.May(ruleEvidence, perm.On{Unit: now, Force: now})
	}
	return err
}

// handles lists the units for which an actor may handle an item, the lead first.
func (s *Service) handles(by perm.Actor, a *Action) []org.UnitID {
	var out []org.UnitID
	for _, p := range a.Parties {
		if _, err := s.may(by, AnyParty, a, p.Unit); err == nil {
			out = append(out, p.Unit)
		}
	}
	return out
}
