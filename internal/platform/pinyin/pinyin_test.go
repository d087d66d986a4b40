package pinyin

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// readings strips the signs from a key: "kai1.... yang2...." → "kai1 yang2".
func readings(key string) string {
	var out []string
	for _, m := range regexp.MustCompile(`([a-z]+[1-5])[0-9a-z]{4}`).FindAllStringSubmatch(key, -1) {
		out = append(out, m[1])
	}
	return strings.Join(out, " ")
}

func TestPlacesAreReadAsPeopleReadThem(t *testing.T) {
	for name, want := range map[string]string{
		"开阳县":       "kai1 yang2 xian4",
		"重庆市":       "chong2 qing4 shi4",
		"长兴县":       "chang2 xing1 xian4",
		"长子县":       "zhang3 zi3 xian4",
		"曾都区":       "zeng1 du1 qu1",
		"单县":        "shan4 xian4",
		"单位":        "dan1 wei4",
		"䶮":         "yan3",
		"高寨苗族布依族乡":  "gao1 zhai4 miao2 zu2 bu4 yi1 zu2 xiang1",
		"宅吉乡":       "zhai2 ji2 xiang1",
		"干田坝社区":     "gan1 tian2 ba4 she4 qu1",
		"云开街道":      "yun2 kai1 jie1 dao4",
		"硒城街道":      "xi1 cheng2 jie1 dao4",
		"双流镇":       "shuang1 liu2 zhen4",
		"楠木渡镇":      "nan2 mu4 du4 zhen4",
		"都匀市":       "du1 yun2 shi4",
		"六安市":       "lu4 an1 shi4",
		"六盘水市":      "liu4 pan2 shui3 shi4",
		"厦门市":       "xia4 men2 shi4",
		"绿春县":       "lv4 chun1 xian4",
		"喀什地区":      "ka1 shi2 di4 qu1",
		"红寺堡区":      "hong2 si4 bu3 qu1",
		"县市场监督管理局":  "xian4 shi4 chang3 jian1 du1 guan3 li3 ju2",
		"县交通运输局":    "xian4 jiao1 tong1 yun4 shu1 ju2",
		"西藏自治区":     "xi1 zang4 zi4 zhi4 qu1",
		"禁毒委员会（县）":  "jin4 du2 wei3 yuan2 hui4 xian4",
		"禁 毒·委 员 会": "jin4 du2 wei3 yuan2 hui4",
	} {
		if got := readings(Key(name)); got != want {
			t.Errorf("%s is read %q, want %q", name, got, want)
		}
	}
}

func TestSurnamesAreReadInTheirOwnWay(t *testing.T) {
	for name, want := range map[string]string{
		"单某": "shan4 mou3", "曾某": "zeng1 mou3", "仇某": "qiu2 mou3", "某单": "mou3 dan1", "尉迟某": "yu4 chi2 mou3",
	} {
		if got := readings(PersonKey(name)); got != want {
			t.Errorf("%s is read %q, want %q", name, got, want)
		}
	}
	if Key("仇某") == PersonKey("仇某") {
		t.Error("a surname is read the same in the name of a place")
	}
}

func TestNamesSortAsInADirectory(t *testing.T) {
	// 希 and 西 sound alike; 希 has the lower code, so all that begins with it stands first.
	want := []string{
		"2号院", "10号院", "A区", "b区", "安大村", "安坪村", "白马村", "白马新村社区", "重庆路社区",
		"希望社区", "西安路社区", "先锋村", "张家村", "张明村", "章家村",
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(Key(a), Key(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestKeyIsPlainAndBlindToWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		for _, c := range []byte(Key(name)) {
			if c < '0' || c > '~' {
				t.Fatalf("key of %q has the byte %q", name, c)
			}
		}
	})
	if got, want := Key("第１２社区Ａ"), Key("第12社区a"); got != want {
		t.Errorf("full width: %q, half width: %q", got, want)
	}
	if Key("𠮷村") <= Key("座村") {
		t.Error("a sign without a reading does not sort last")
	}
}

func TestNumbersSortByValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[1-9][0-9]{0,60}`)
		a, b := digits.Draw(t, "a"), digits.Draw(t, "b")
		less := len(a) < len(b) || len(a) == len(b) && a < b
		if got := Key("第"+a+"社区") < Key("第00"+b+"社区"); got != less {
			t.Fatalf("%s before %s: %v, want %v", a, b, got, less)
		}
	})
}

func TestEveryOverrideFits(t *testing.T) {
	one := regexp.MustCompile(`^[a-z]+[1-5]$`)
	for _, text := range []string{placesText, surnamesText} {
		seen := map[string]bool{}
		for line := range strings.Lines(text) {
			f := strings.Fields(line)
			if len(f) == 0 || f[0] == "#" {
				continue
			}
			if seen[f[0]] {
				t.Errorf("%s stands twice", f[0])
			}
			seen[f[0]] = true
			if got, want := len(f)-1, len([]rune(f[0])); got != want {
				t.Errorf("%s has %d syllables for %d signs", f[0], got, want)
			}
			for _, s := range f[1:] {
				if !one.MatchString(s) {
					t.Errorf("%s: %q is no syllable with a tone", f[0], s)
				}
			}
		}
	}
}

func BenchmarkKey(b *testing.B) {
	Key("高寨苗族布依族乡")
	b.ReportAllocs()
	for b.Loop() {
		Key("高寨苗族布依族乡")
	}
}
