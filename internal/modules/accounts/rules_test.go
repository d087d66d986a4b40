package accounts

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

func TestALoginNameHasOneSpelling(t *testing.T) {
	for in, want := range map[string]string{
		"ZhangSan": "zhangsan", "ｚｈａｎｇ．ｓａｎ": "zhang.san", " 王五\u3000": "王五", "ＡＢ＿１": "ab_1", "Ｌｉ－Ｓｉ": "li-si",
	} {
		if got := FoldLogin(in); got != want {
			t.Errorf("FoldLogin(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "name")
		once := FoldLogin(s)
		if twice := FoldLogin(once); twice != once {
			t.Fatalf("folding %q twice gives %q, then %q", s, once, twice)
		}
	})
}

func TestWhichLoginNamesAreAccepted(t *testing.T) {
	for name, want := range map[string]bool{
		"zhangsan": true, "王五": true, "a1": true, "li-si.2_x": true, strings.Repeat("a", 32): true,
		"a": false, "": false, "-ab": false, "a b": false, "cli:root": false, "a\nb": false, "a/b": false, "system": false, "unknown": false, strings.Repeat("a", 33): false, "Ab": false,
	} {
		if got := validLogin(name); got != want {
			t.Errorf("validLogin(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestPasswordsOfTheTwoProfiles(t *testing.T) {
	long := strings.Repeat("春眠不觉晓处处闻啼鸟", 7) // 70 characters
	for _, c := range []struct {
		password   string
		mlps, asvs bool
	}{
		{"Tq7#mvKe", true, false},                     // eight of four classes
		{"tq7mvke", false, false},                     // too short
		{"tqxmvkewzr", false, false},                  // one class
		{"Tqxmvkewzr9", true, false},                  // eleven
		{"tqxmvkewzrpl", false, true},                 // twelve without composition
		{"松树 河流 桌子 电灯泡 雨", false, true},               // a Chinese phrase, one class
		{"松树河流A桌子9", true, false},                     // the same with three classes
		{long + "Aa1", true, true},                    // longer than 64, not cut
		{long + long + long + long, false, false},     // longer than allowed
		{"Admin@123", false, false},                   // common with digits around
		{"P@ssw0rd!", false, false},                   // common with signs for letters
		{"Kaiyang@2018", false, false},                // the place and a year
		{"开阳Abc1", false, false},                      // the place and little else
		{"Jindu#8821", false, false},                  // the office
		{"Abcdefgh1!", false, false},                  // a run
		{"Qwertyuiop12", false, false},                // a row of the keyboard
		{"Aa1Aa1Aa1Aa1", false, false},                // few different signs
		{"Wangwu#Tq7mvKe", false, false},              // the log-in name
		{"王五五Tq7mvKe#99", false, false},               // the name
		{"Tq7#mv\x00Ke9012345", false, false},         // a control character
		{"1qaz2WSX3edc", false, false},                // the keyboard in columns
		{"correct Horse 7 staple", true, true},        // several words
		{"Zhihuibu-2018-diaodu-hui", true, true},      // a word of the office among enough others
		{"zzzzzzzzzzzzzzzzzzzzzzzzzzz", false, false}, // one sign
	} {
		for _, p := range []struct {
			policy Policy
			want   bool
		}{{MLPS(), c.mlps}, {ASVS(), c.asvs}} {
			err := p.policy.CheckPassword(c.password, "wangwu", "王五五")
			if got := err == nil; got != p.want {
				t.Errorf("%s: %q accepted = %v, want %v (%v)", p.policy.Profile, c.password, got, p.want, err)
			}
			if err != nil && fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: kind of %v is %v, want Invalid", c.password, err, fault.KindOf(err))
			}
		}
	}
}

func TestAllFaultsOfAPasswordComeAtOnce(t *testing.T) {
	err := MLPS().CheckPassword("wangwu", "wangwu", "王五")
	list, ok := findings(err)
	if !ok || len(list) < 3 {
		t.Errorf("faults = %v, want too short, too few classes and the log-in name", err)
	}
}

func TestThePolicyCannotSwitchAProtectionOff(t *testing.T) {
	if err := MLPS().check(); err != nil {
		t.Errorf("default policy: %v", err)
	}
	if err := ASVS().check(); err != nil {
		t.Errorf("ASVS policy: %v", err)
	}
	for name, change := range map[string]func(*Policy){
		"short":       func(p *Policy) { p.MinLength = 7 },
		"no classes":  func(p *Policy) { p.Classes = 2 },
		"no lock":     func(p *Policy) { p.Failures = 0 },
		"many":        func(p *Policy) { p.Failures = 21 },
		"no idle":     func(p *Policy) { p.IdleMinutes = 0 },
		"for days":    func(p *Policy) { p.AbsoluteHours = 48 },
		"lock zero":   func(p *Policy) { p.LockMinutes = 0 },
		"not a net":   func(p *Policy) { p.AdminAddresses = []string{"10.0.0"} },
		"unknown":     func(p *Policy) { p.Profile = "none" },
		"asvs, short": func(p *Policy) { p.Profile, p.MinLength = ProfileASVS, 11 },
	} {
		p := MLPS()
		change(&p)
		if err := p.check(); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("%s: check = %v, want Invalid", name, err)
		}
	}
}

func TestAdministratorsComeFromNamedAddresses(t *testing.T) {
	p := MLPS()
	p.AdminAddresses = []string{"10.1.2.0/24", "192.168.0.7", "fd00::/8"}
	for address, want := range map[string]bool{"10.1.2.9": true, "10.1.3.9": false, "192.168.0.7": true, "192.168.0.8": false, "::ffff:10.1.2.9": true,
		"fd12::1": true, "2001::1": false, "": false, "host": false} {
		if got := p.admits(address); got != want {
			t.Errorf("admits(%q) = %v, want %v", address, got, want)
		}
	}
	p.AdminAddresses = nil
	if !p.admits("") {
		t.Error("without a list everybody is admitted")
	}
}

func TestFailuresAreCountedAndForgotten(t *testing.T) {
	now := time.Date(2018, 5, 10, 9, 0, 0, 0, time.UTC)
	var a attempt
	for i := range 5 {
		if !a.locked(5, 30*time.Minute, now).IsZero() {
			t.Fatalf("locked after %d failures", i)
		}
		a = a.next(30*time.Minute, now)
	}
	until := a.locked(5, 30*time.Minute, now.Add(time.Minute))
	if want := now.Add(30 * time.Minute); !until.Equal(want) {
		t.Errorf("locked until %v, want %v", until, want)
	}
	if !a.locked(5, 30*time.Minute, now.Add(30*time.Minute)).IsZero() {
		t.Error("still locked when the lock has lasted")
	}
	if got := a.next(30*time.Minute, now.Add(31*time.Minute)).Failures; got != 1 {
		t.Errorf("failures after the lock = %d, want 1", got)
	}
	if got := (attempt{}).less().Failures; got != 0 {
		t.Errorf("less than nothing = %d", got)
	}
}

func TestOneMachineIsOneAddress(t *testing.T) {
	for in, want := range map[string]string{"10.0.0.1": "address:10.0.0.1", "::ffff:10.0.0.1": "address:10.0.0.1",
		"2001:db8:1:2:3:4:5:6": "address:2001:db8:1:2::/64", "2001:db8:1:2::9": "address:2001:db8:1:2::/64", "fe80::1%eth0": "address:fe80::/64", "odd": "address:odd"} {
		if got := addressKey(in); got != want {
			t.Errorf("addressKey(%q) = %q, want %q", in, got, want)
		}
	}
}

func testTree(t *testing.T) *org.Tree {
	t.Helper()
	return testRegister(t).On(period.MustDay("2018-05-10"))
}

func testRegister(t testing.TB) *org.Register {
	t.Helper()
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID, to period.Day) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: from, To: to, Name: name, Parent: parent}}}
	}
	r, err := org.New([]org.Unit{
		unit(1, "520121", "county", "开阳县", 0, 0),
		unit(2, "520121100", "township", "甲镇", 1, 0),
		unit(3, "520121100001", "village", "甲村", 2, 0),
		unit(4, "520121200", "township", "乙乡", 1, 0),
		unit(5, "520121200001", "village", "乙村", 4, 0),
		unit(6, "520121300", "township", "丙乡", 1, period.MustDay("2017-12-31")),
		unit(10, "ZHB", "commandpost", "指挥部", 0, 0),
		unit(11, "ZB1", "taskforce", "宣传专班", 10, 0),
		unit(12, "ZB2", "taskforce", "教育专班", 10, 0),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhereAPostMayBe(t *testing.T) {
	tree := testTree(t)
	for _, c := range []struct {
		role perm.Role
		unit org.UnitID
		ok   bool
	}{
		{perm.Reporter, 2, true}, {perm.Reporter, 0, false}, {perm.Reporter, 6, false}, {perm.Reporter, 99, false},
		{perm.Member, 11, true}, {perm.Member, 2, false}, {perm.SysAdmin, 0, true}, {perm.Auditor, 1, true}, {"boss", 1, false},
	} {
		if err := checkPost(c.role, c.unit, "", tree); (err == nil) != c.ok {
			t.Errorf("%s at %d: %v, want ok = %v", c.role, c.unit, err, c.ok)
		}
	}
	if err := checkPost(perm.Reporter, 2, "行\n换", tree); err == nil {
		t.Error("a title with a line break was accepted")
	}
}

func TestSeparatedDutiesExcludeAllOthers(t *testing.T) {
	for _, a := range perm.Roles() {
		for _, b := range perm.Roles() {
			want := a != b && (separated(a) || separated(b))
			if got := Exclude(a, b); got != want || got != Exclude(b, a) {
				t.Errorf("Exclude(%s, %s) = %v, want %v", a, b, got, want)
			}
		}
	}
	if Exclude(perm.Office, perm.Member) {
		t.Error("working roles may be held together")
	}
}

// Two holdings overlap exactly when some day sees both.
func TestOverlapIsACommonDay(t *testing.T) {
	base := period.MustDay("2018-05-10")
	draw := func(t *rapid.T, name string) Holding {
		h := Holding{From: base.AddDays(rapid.IntRange(0, 12).Draw(t, name+" from"))}
		if rapid.Bool().Draw(t, name+" ends") {
			h.To = h.From.AddDays(rapid.IntRange(-1, 12).Draw(t, name+" length"))
		}
		if rapid.Bool().Draw(t, name+" post ends") {
			h.Post.Ended = base.AddDays(rapid.IntRange(-3, 20).Draw(t, name+" end of post"))
		}
		return h
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		want := false
		for d := base.AddDays(-5); d.Before(base.AddDays(60)); d = d.AddDays(1) {
			want = want || a.Holds(d) && b.Holds(d)
		}
		if got := a.overlaps(b); got != want {
			t.Fatalf("overlaps = %v, want %v: %+v %+v", got, want, a, b)
		}
	})
}

func TestAScreenShowsItsPagesOnly(t *testing.T) {
	s := Screen{Pages: []string{"/", "/units/*", "/rank"}}
	for path, want := range map[string]bool{"/": true, "/units": true, "/units/3": true, "/units/3/x": true, "/unitsx": false, "/rank": true, "/rank/1": false, "/accounts": false, "/account": false} {
		if got := s.Shows(path); got != want {
			t.Errorf("Shows(%q) = %v, want %v", path, got, want)
		}
	}
	today := period.MustDay("2018-05-10")
	for _, page := range []string{"", "units", "//evil", "/*", "/a b", "/accounts", "/audit/*", "/settings/screens", "/a?b=1", "/a*b", "/\\evil"} {
		s := Screen{Name: "会议室", Until: today, Pages: []string{page}}
		if s.check(today) == nil {
			t.Errorf("page %q was accepted for a screen", page)
		}
	}
	if err := (Screen{Name: "会议室", Until: today, Pages: []string{"/", "/units/*"}}).check(today); err != nil {
		t.Error(err)
	}
}

// The page about rights must say for every unit what May says.
func TestRightsAgreeWithWhatHappens(t *testing.T) {
	tree := testTree(t)
	scoped := perm.Rule{Deed: "x.scoped", Label: "有范围", Roles: []perm.Role{perm.Reporter, perm.Office, perm.Member, perm.Leader}, Scoped: true}
	free := perm.Rule{Deed: "x.free", Label: "无范围", Roles: []perm.Role{perm.Reporter}}
	for _, p := range []perm.Post{{ID: 1, Role: perm.Reporter, Unit: 2}, {ID: 2, Role: perm.Office, Unit: 1}, {ID: 3, Role: perm.Member, Unit: 11},
		{ID: 4, Role: perm.Reporter, Unit: 6}, {ID: 5, Role: perm.Auditor}, {ID: 6, Role: perm.Reporter, Unit: 1}} {
		a := perm.Actor{Posts: []perm.Post{p}, Tree: tree}
		for _, x := range Rights(a, []perm.Rule{scoped, free}) {
			if got, want := len(x.Posts) > 0, a.Can(x.Rule); got != want {
				t.Errorf("post %d: %s shown as %v, Can = %v", p.ID, x.Rule.Deed, got, want)
			}
			if len(x.Covers) == 0 || !x.Rule.Scoped {
				continue
			}
			n := 0
			for _, kind := range []org.TreeKind{org.Territorial, org.Functional} {
				for _, u := range tree.Preorder(kind) {
					if a.May(x.Rule, perm.On{Unit: u}) == nil {
						n++
					}
				}
			}
			switch c := x.Covers[0]; c.Reach {
			case Everywhere:
				if n != tree.Len() {
					t.Errorf("post %d: shown everywhere, allowed in %d of %d", p.ID, n, tree.Len())
				}
			case Subtree:
				if n != c.Units || n == 0 {
					t.Errorf("post %d: shown in %d units, allowed in %d", p.ID, c.Units, n)
				}
			case ForceMatter:
				if a.May(x.Rule, perm.On{Unit: 2, Force: 12}) == nil || a.May(x.Rule, perm.On{Unit: 2, Force: 11}) != nil {
					t.Errorf("post %d: matters of its force and no other", p.ID)
				}
			case Nowhere:
				if n != 0 {
					t.Errorf("post %d: shown nowhere, allowed in %d", p.ID, n)
				}
			}
		}
	}
}

func TestBorrowedDeedsReturnToTheSecurityAdministrator(t *testing.T) {
	for _, r := range rules() {
		before, after := inForce(r, false), inForce(r, true)
		a := perm.Actor{Posts: []perm.Post{{Role: perm.SysAdmin}}}
		if a.Can(before) != a.Can(r) {
			t.Errorf("%s changes while nobody is security administrator", r.Deed)
		}
		if borrowed(r.Deed) && a.Can(after) {
			t.Errorf("%s stays with the system administrator", r.Deed)
		}
	}
}

func TestHashesCarryTheirCostAndKeepNoPrefix(t *testing.T) {
	h := newHasher(2, present())
	ctx := t.Context()
	long := strings.Repeat("山", 200)
	hash, err := h.hash(ctx, long+"甲")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash = %s", hash)
	}
	for password, want := range map[string]bool{long + "甲": true, long + "乙": false, long: false, "": false} {
		got, err := h.check(ctx, hash, password)
		if err != nil || got != want {
			t.Errorf("check of %d characters = %v, %v; want %v", len([]rune(password)), got, err, want)
		}
	}
	again, _ := h.hash(ctx, long+"甲")
	if again == hash {
		t.Error("two hashes of one password are equal: no salt")
	}
	wide, _ := h.hash(ctx, "ＡＢＣ１２３")
	if ok, _ := h.check(ctx, wide, "ABC123"); !ok {
		t.Error("the same phrase in full width is another password")
	}
	if ok, err := h.check(ctx, "", "x"); ok || err != nil {
		t.Errorf("without an account: %v, %v", ok, err)
	}
	if h.stale(hash) || !h.stale((cost{KiB: 8, Passes: 1, Threads: 1}).hash("x")) {
		t.Error("stale tells another cost from the present one")
	}
	for _, bad := range []string{"x", "$argon2id$v=19$m=1,t=0,p=1$AAAA$AAAA", "$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"} {
		if _, err := h.check(ctx, bad, "x"); err == nil {
			t.Errorf("hash %q was accepted", bad)
		}
	}
}

func TestSecretsAreLongAndDifferent(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		s := oneTimeSecret()
		if len(s) != 19 || strings.ContainsAny(s, "01lo") || seen[s] {
			t.Fatalf("secret %q", s)
		}
		seen[s] = true
		if tok := newToken(); len(tok) != tokenLength || seen[tok] {
			t.Fatalf("token %q", tok)
		}
	}
}

func TestEveryPageFitsItsView(t *testing.T) {
	signInPage()
	ownPage()
	listPage()
	newPage()
	secretPage()
	showPage()
	postsPage()
	endPostPage()
	rolesPage()
	rightsPage()
	auditPages()
	auditLinePage()
	checkPage()
	policyPage()
	screensPage()
	linkPage()
}
