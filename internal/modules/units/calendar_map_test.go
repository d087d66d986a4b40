package units_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/platform/chart"
)

func closedMarch(p period.Period) bool { return p == period.MustParse("2018-03") }

const year2027 = `{"year":2027,"papers":["国办发明电〔2026〕1号"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-03","isOffDay":false},{"name":"元旦","date":"2027-01-04","isOffDay":true}]}`

// STANDARDS CAL-01, CAL-02: an unknown year is flagged, an import tells what it changes.
func TestCalendarOfAnUnpublishedYear(t *testing.T) {
	each(t, func(o *office) {
		day, known := o.Calendar().AddWorkdays(on("2026-12-28"), 5)
		o.same("before", fmt.Sprint(day, known), "2027-01-04 false")
		b := o.browse(perm.Office)
		b.want(b.get("/admin/calendar?year=2027"), http.StatusOK, "节假日安排未发布", "全年工作日 261 天")
		b.want(b.get("/admin/calendar?year=2026"), http.StatusOK, "全年工作日 248 天", "国办发明电〔2025〕7号")

		b.want(b.post("/admin/calendar/year", "step=preview", "text="), http.StatusUnprocessableEntity, "没有收到节假日表")
		p := b.post("/admin/calendar/year", "step=preview", `text={"year":2027,"days":[{"name":"元旦","date":"2027-02-30","isOffDay":true}]}`)
		b.want(p, http.StatusUnprocessableEntity, "2027-02-30")
		o.same("typed text kept", strings.Contains(p.Find("textarea#text").Text(), "2027-02-30"), true)
		p = b.post("/admin/calendar/year", "step=preview", "text="+year2027)
		b.want(p, http.StatusOK, "核对 2027 年的节假日表", "2027-01-01", "国办发明电〔2026〕1号")
		o.same("not yet", o.Calendar().Known(2027), false)
		o.same("done", b.post("/admin/calendar/year", "step=apply", "text="+year2027).status, http.StatusSeeOther)
		day, known = o.Calendar().AddWorkdays(on("2026-12-28"), 5)
		o.same("after", fmt.Sprint(day, known), "2027-01-05 true")
		fresh := open(o.T, o.db)
		o.same("read again", fresh.Calendar().Known(2027), true)

		// The county's own days go on top.
		b.want(b.post("/admin/calendar/extra", "day=2018-08-06", "name="), http.StatusUnprocessableEntity, "请写明名称或依据")
		b.want(b.post("/admin/calendar/extra", "day=2018-08-36", "name=火把节"), http.StatusUnprocessableEntity, "2018-08-36")
		o.same("done", b.post("/admin/calendar/extra", "day=2018-08-06", "name=火把节", "off=1").status, http.StatusSeeOther)
		work, _ := o.Calendar().IsWorkday(on("2018-08-06"))
		o.same("a county's day off", work, false)
		b.want(b.get("/admin/calendar?year=2018"), http.StatusOK, "火把节", "本县规定")
		o.same("taken away", b.post("/admin/calendar/extra", "day=2018-08-06", "step=drop").status, http.StatusSeeOther)
		work, _ = o.Calendar().IsWorkday(on("2018-08-06"))
		o.same("worked again", work, true)
		o.same("dropped", b.post("/admin/calendar/drop", "year=2027").status, http.StatusSeeOther)
		o.same("unknown again", o.Calendar().Known(2027), false)
		b.want(b.post("/admin/calendar/drop", "year=2027"), http.StatusNotFound)

		b.actor = o.who(perm.Reporter)
		b.want(b.get("/admin/calendar"), http.StatusOK)
		b.want(b.post("/admin/calendar/year", "step=apply", "text="+year2027), http.StatusForbidden)
		b.want(b.post("/admin/calendar/extra", "day=2018-08-06", "name=火把节"), http.StatusForbidden)
	})
}

// A second process sees an imported year and a boundary file by following the changes.
func TestCalendarAndMapReachOtherProcesses(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		other := open(o.T, o.db)
		_, _, err := o.PutYear(o.ctx, o.clerk(), []byte(year2027))
		o.must(err)
		o.must(o.PutExtraDay(o.ctx, o.clerk(), calendar.Entry{Name: "值守", Date: on("2018-05-12")}))
		_, err = o.PutGeo(o.ctx, o.clerk(), units.GeoIn{File: "m.json", Data: boundary("双流镇"), System: "CGCS2000"})
		o.must(err)
		o.must(o.db.CatchUp(o.ctx))
		work, _ := other.Calendar().IsWorkday(on("2018-05-12"))
		o.same("calendar", fmt.Sprint(other.Calendar().Known(2027), work), "true true")
		o.same("map", string(other.Geo()), string(o.Geo()))
		o.must(other.DropGeo(o.ctx, o.clerk()))
		o.must(o.db.CatchUp(o.ctx))
		o.same("gone", len(o.Geo()), 0)
	})
}

// boundary makes a file of squares, named.
func boundary(names ...string) []byte {
	type m = map[string]any
	var features []any
	for i, n := range names {
		x, y := 106.8+float64(i%5)*0.1, 26.8+float64(i/5)*0.1
		features = append(features, m{"type": "Feature", "properties": m{"NAME": n, "level": 4},
			"geometry": m{"type": "Polygon", "coordinates": [][][2]float64{{{x, y}, {x + .1, y}, {x + .1, y + .1}, {x, y + .1}, {x, y}}}}})
	}
	b, err := json.Marshal(m{"type": "FeatureCollection", "features": features})
	if err != nil {
		panic(err)
	}
	return b
}

func TestBoundaryFile(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		b := o.browse(perm.Office)
		p := b.upload("/admin/map", "图.geojson", boundary("双流镇", "金中", "某水库", "高寨乡"), "system=")
		b.want(p, http.StatusUnprocessableEntity, "请选择文件的坐标系")
		p = b.upload("/admin/map", "图.geojson", boundary("双流镇", "金中", "某水库", "高寨乡"), "system=GCJ-02")
		at := b.location(p)
		p = b.get(at)
		b.want(p, http.StatusOK, "金中镇", "高寨苗族布依族乡", "没有对应单位的要素", "某水库", "GCJ-02")
		o.same("not yet", o.Geo() == nil, true)
		o.same("used", b.post(at, "step=apply", "property=NAME").status, http.StatusSeeOther)
		g, err := chart.ParseGeo(o.Geo(), "code")
		o.must(err)
		o.same("shapes by code", fmt.Sprint(g.Keys()), "[520121101 520121102 某水库 520121208]")
		p = b.get("/admin/map")
		b.want(p, http.StatusOK, "图.geojson", "边界文件中没有：", "硒城街道")
		o.same("drawn", p.Find("svg path").Length() >= 4, true)
		o.same("as it was uploaded", b.get("/admin/map/file").body, string(boundary("双流镇", "金中", "某水库", "高寨乡")))
		info, ok := o.Boundary()
		o.same("source", fmt.Sprintln(ok, info.System, info.Property), "true GCJ-02 NAME\n")
		o.same("removed", b.post("/admin/map/drop").status, http.StatusSeeOther)
		o.same("gone", o.Geo() == nil, true)
		b.want(b.get("/admin/map/file"), http.StatusNotFound)
		b.actor = o.who(perm.Leader)
		b.want(b.get("/admin/map"), http.StatusForbidden)
	})
}

func TestBoundaryFilesThatCannotBeUsed(t *testing.T) {
	o := open(t, newSQLite(t))
	o.demo()
	square := `[[[106.8,26.8],[106.9,26.8],[106.9,26.9],[106.8,26.8]]]`
	feature := func(name, kind, coordinates string) string {
		return `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":"` + name + `"},"geometry":{"type":"` + kind + `","coordinates":` + coordinates + `}}]}`
	}
	for name, x := range map[string]struct{ file, say string }{
		"no JSON":             {"<svg/>", "边界文件不是有效的 GeoJSON"},
		"no collection":       {`{"type":"Feature"}`, "边界文件应是含有要素的 FeatureCollection"},
		"a line":              {feature("双流镇", "LineString", `[[106.8,26.8],[106.9,26.8]]`), "不是面"},
		"no shape":            {`{"type":"FeatureCollection","features":[{"properties":{"n":"双流镇"},"geometry":null}]}`, "没有图形"},
		"two points":          {feature("双流镇", "Polygon", `[[[106.8,26.8],[106.9,26.8]]]`), "不足 4 个点"},
		"metres":              {feature("双流镇", "Polygon", `[[[480000,2980000],[490000,2980000],[490000,2990000],[480000,2980000]]]`), "不是经纬度"},
		"latitude first":      {feature("双流镇", "Polygon", `[[[26.8,106.8],[26.8,106.9],[26.9,106.9],[26.8,106.8]]]`), "写反了"},
		"elsewhere":           {feature("双流镇", "Polygon", `[[[-70,-30],[-69,-30],[-69,-29],[-70,-30]]]`), "不在中国境内"},
		"no unit is meant":    {feature("某水库", "Polygon", square), "没有一个属性能与单位的编码或名称对上"},
		"one unit twice":      {`{"type":"FeatureCollection","features":[{"properties":{"n":"双流镇"},"geometry":{"type":"Polygon","coordinates":` + square + `}},{"properties":{"n":"双流"},"geometry":{"type":"Polygon","coordinates":` + square + `}}]}`, "是同一单位"},
		"a shape has no name": {`{"type":"FeatureCollection","features":[{"properties":{"n":"双流镇"},"geometry":{"type":"Polygon","coordinates":` + square + `}},{"properties":{},"geometry":{"type":"Polygon","coordinates":` + square + `}}]}`, "没有属性“n”"},
		"broken coordinates":  {feature("双流镇", "Polygon", `[[["a"]]]`), "坐标不完整"},
	} {
		_, err := o.PutGeo(o.ctx, o.clerk(), units.GeoIn{File: name, Data: []byte(x.file), System: "CGCS2000"})
		if got := fmt.Sprint(findings(err)); !strings.Contains(got, x.say) || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, got)
		}
	}
	_, err := o.PutGeo(o.ctx, o.clerk(), units.GeoIn{Data: make([]byte, units.MaxGeo+1), System: "CGCS2000"})
	o.same("too large", fault.KindOf(err), fault.TooLarge)
	withCRS := strings.Replace(string(boundary("双流镇")), `{"features"`, `{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},"features"`, 1)
	_, err = o.PutGeo(o.ctx, o.clerk(), units.GeoIn{Data: []byte(withCRS), System: "BD-09"})
	if s := fmt.Sprint(findings(err)); !strings.Contains(s, "文件自己写明坐标系是 CGCS2000") {
		t.Errorf("named otherwise: %s", s)
	}
	_, err = o.PutGeo(o.ctx, o.clerk(), units.GeoIn{Data: []byte(withCRS), System: "CGCS2000"})
	o.must(err)
}
