package returns

import (
	"testing"

	"kaiyang/internal/core/perm"
)

// Whatever a CSV file holds, it is read or refused, and the checks end.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"单位,N8,XY\n甲一村,12,30\n", "数据项,分类,单位,数值\nXY,合成,甲二村,3\n", "\xEF\xBB\xBFunit,N8{,N8}\n999901101201,1e9,-\n", "单位,N3{类型=零包}\n甲,１２\n",
		"element,value\nN8,1e999999\n", "\"", ";;;\n;;;", "单位\t说明\n甲三村\t\x00\n",
	} {
		f.Add([]byte(s))
	}
	o := onSQLite(f)
	o.publish(monthly())
	a := o.person("填报员", perm.Reporter, jia)
	op, err := o.Open(as(a), a, Place{"YB1", jia, april()})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := o.readCSV(op.Layout, "a.csv", content)
		if err != nil {
			return
		}
		r.filling.Found = r.found
		c := o.check(op.Layout, r.filling, ByCSV)
		for _, x := range c.Findings(op.Layout, true) {
			if x.Say(nil) == "" {
				t.Errorf("a finding says nothing: %+v", x)
			}
		}
		for k := range c.Values {
			if _, _, ok := op.Layout.Find(k); !ok {
				t.Errorf("a value for a cell that is not asked: %v", k)
			}
		}
		text, err := packFilling(r.filling)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := unpackFilling(text); err != nil || len(back.Found) != len(r.filling.Found) {
			t.Errorf("a draft of it is not the same: %v", err)
		}
	})
}
