package units_test

import (
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// shipped reads a table that is shipped, as units numbered from first on, in the order of the file.
func shipped(t *testing.T, file string, first org.UnitID) []org.Unit {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(rows[0], ","), "code,name,kind,parent,from,to"; got != want {
		t.Fatalf("%s has the columns %s, want %s", file, got, want)
	}
	byCode := map[string]org.UnitID{}
	var units []org.Unit
	for i, row := range rows[1:] {
		id := first + org.UnitID(i)
		byCode[row[0]] = id
		if row[3] != "" && byCode[row[3]] == 0 {
			t.Errorf("%s: parent %s of %s does not stand before it", file, row[3], row[0])
		}
		if row[5] != "" {
			t.Errorf("%s: %s ends on %s", file, row[0], row[5])
		}
		units = append(units, org.Unit{ID: id, Code: row[0], Kind: org.Kind(row[2]), Versions: []org.Version{
			{From: period.MustDay(row[4]), Name: row[1], Parent: byCode[row[3]], Order: i},
		}})
	}
	return units
}

// STANDARDS DIV-10 and §2.3: exactly the county's rows, with so many villages in each township.
func TestTheCountyIsShippedWhole(t *testing.T) {
	r, err := org.New(shipped(t, "data/kaiyang-520121.csv", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Len(); got != 155 {
		t.Errorf("%d rows, want 155", got)
	}
	tree := r.On(period.MustDay("2015-01-01"))
	if got := tree.Name(tree.Root(org.Territorial)); got != "开阳县" {
		t.Errorf("the root is %s", got)
	}
	if got := len(tree.Rows(org.LevelVillage)); got != 136 {
		t.Errorf("%d villages, want 136", got)
	}
	var got []string
	for _, id := range tree.Rows(org.LevelTownship) {
		got = append(got, fmt.Sprintf("%s %s %d", strings.TrimPrefix(tree.Code(id), "520121"), tree.Name(id), len(tree.Children(id))))
	}
	want := []string{
		"001 硒城街道 9", "002 云开街道 12", "003 紫兴街道 4", "101 双流镇 7", "102 金中镇 11", "103 冯三镇 11",
		"104 楠木渡镇 9", "105 龙岗镇 11", "106 永温镇 6", "107 花梨镇 8", "200 南龙乡 6", "202 宅吉乡 5", "204 龙水乡 5",
		"205 米坪乡 7", "206 禾丰布依族苗族乡 7", "207 南江布依族苗族乡 6", "208 高寨苗族布依族乡 8", "209 毛云乡 4",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	for _, u := range r.Units() {
		if want := map[org.Kind]int{org.County: 6, org.Township: 9, org.Village: 12}[u.Kind]; len(u.Code) != want || !strings.HasPrefix(u.Code, "520121") {
			t.Errorf("%s %s has the code %s", u.Kind, u.Versions[0].Name, u.Code)
		}
		if p := tree.Parent(u.ID); p != 0 && !strings.HasPrefix(u.Code, tree.Code(p)) {
			t.Errorf("%s stands under %s", u.Code, tree.Code(p))
		}
	}
}

// SEED O2–O4: a command post, its office, six task forces; members are demonstration data.
func TestTheFunctionalTreeHasSixTaskForces(t *testing.T) {
	r, err := org.New(shipped(t, "data/functional.csv", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	tree := r.On(period.MustDay("2018-03-31"))
	root := tree.Root(org.Functional)
	if got := len(tree.Roots(org.Functional)); got != 1 || tree.Kind(root) != org.CommandPost {
		t.Errorf("%d roots, the first a %s", got, tree.Kind(root))
	}
	var got []string
	seen := map[string]bool{}
	for _, id := range tree.Children(root) {
		name := tree.Name(id)
		if kids := tree.Children(id); len(kids) > 0 {
			name += ": " + tree.Name(kids[0])
			for _, k := range kids {
				if tree.Kind(k) != org.Department || seen[tree.Name(k)] {
					t.Errorf("%s is a %s, or stands twice", tree.Name(k), tree.Kind(k))
				}
				seen[tree.Name(k)] = true
			}
		}
		got = append(got, name)
	}
	want := []string{
		"禁毒委员会办公室",
		"全领域宣传氛围营造专班: 县委宣传部",
		"全覆盖毒品预防教育专班: 县教育局",
		"全网络戒毒管控专班: 县司法局",
		"全链条缉毒打击专班: 县公安局",
		"全环节禁毒监管专班: 县市场监督管理局",
		"全方位毒情监测专班: 县委政法委员会",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got := len(seen); got != 29 {
		t.Errorf("%d departments, want 29", got)
	}
}

// Names of the county as township offices write them.
func TestTheCountysNamesAreFound(t *testing.T) {
	r, err := org.New(append(shipped(t, "data/kaiyang-520121.csv", 1), shipped(t, "data/functional.csv", 200)...), nil)
	if err != nil {
		t.Fatal(err)
	}
	on := period.MustDay("2018-04-30")
	for text, want := range map[string]string{
		"禾丰乡": "520121206", "禾丰": "520121206", "高寨乡": "520121208", "南江乡": "520121207", "楠木渡": "520121104",
		"白马新村": "520121101001", "白马村委会": "520121101204", "龙岗镇龙岗一村": "520121105200", "高寨乡石头村": "520121208206",
		"公安局": "", "县公安局": "DEP-GA", "石头村": "", "大坝村": "", "南江": "",
	} {
		id, near := r.Match(text, 0, on)
		u, _ := r.Unit(id)
		if u.Code != want {
			t.Errorf("%s is %q near %v, want %q", text, u.Code, near, want)
		}
	}
	for _, u := range r.Units() {
		name := u.Versions[0].Name
		id, near := r.Match(name, 0, on)
		if id != u.ID && !slices.Contains(near, u.ID) {
			t.Errorf("%s does not find itself", name)
		}
	}
}

// The note of origin gives the checksum of the table as it is shipped.
func TestTheOriginNamesTheTable(t *testing.T) {
	table, err := os.ReadFile("data/kaiyang-520121.csv")
	if err != nil {
		t.Fatal(err)
	}
	note, err := os.ReadFile("data/ORIGIN.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{fmt.Sprintf("%x", sha256.Sum256(table)), "china-division", "2.7.0", "2023-06-30", "Demonstration data"} {
		if !strings.Contains(string(note), want) {
			t.Errorf("data/ORIGIN.md does not name %s", want)
		}
	}
}
