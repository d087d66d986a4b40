package units

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

func (s *Service) getMap(w http.ResponseWriter, r *http.Request) error {
	return s.showMap(w, r, http.StatusOK, nil, "")
}

func (s *Service) showMap(w http.ResponseWriter, r *http.Request, status int, problems []string, system string) error {
	t := trOf(r)
	v := mapView{Problems: problems, System2: system, CanChange: web.ActorOf(r).Can(ruleMap), MaxMB: MaxGeo >> 20}
	for _, x := range Systems {
		v.Systems = append(v.Systems, choice{x, x})
	}
	if b, ok := s.Boundary(); ok {
		v.Has, v.File, v.System, v.At, v.By, v.Hash = true, b.File, b.System, clock(b.At), b.By, b.Hash
		g, err := chart.ParseGeo(b.body, "code")
		if err != nil {
			return err
		}
		tree := s.Today()
		picture := chart.GeoMap{Title: t("边界图"), Geo: g, Note: t("示意图，坐标系 %s", b.System)}
		shown := map[string]bool{}
		for _, k := range g.Keys() {
			if id, ok := s.Register().ByCode(k); ok && tree.Has(id) {
				shown[k] = true
				v.Matched++
				picture.Areas = append(picture.Areas, chart.Area{Key: k, Name: tree.Name(id), Short: tree.Short(id), Href: unitPath(k)})
			}
		}
		v.Picture = picture
		v.Without = without(tree, shown)
	}
	return mapPage().RenderStatus(w, r, status, "边界图", v)
}

// without names the units of the file's own level that it does not show: up to 30.
func without(tree *org.Tree, shown map[string]bool) []string {
	var out []string
	for _, l := range []org.Level{org.LevelTownship, org.LevelCounty} {
		rows := tree.Rows(l)
		some := false
		for _, id := range rows {
			some = some || shown[tree.Code(id)]
		}
		if !some {
			continue
		}
		for _, id := range rows {
			if !shown[tree.Code(id)] && len(out) < 30 {
				out = append(out, tree.Name(id))
			}
		}
	}
	return out
}

// A geoWait is what is kept beside an uploaded boundary file until it is confirmed.
type geoWait struct {
	System   string `json:"system"`
	Property string `json:"property"`
}

func (s *Service) postMap(w http.ResponseWriter, r *http.Request) error {
	file, body, err := uploadedFile(r)
	in := GeoIn{File: file, Data: body, System: r.FormValue("system")}
	var c GeoCheck
	if err == nil {
		c, err = s.PreviewGeo(r.Context(), web.ActorOf(r), in)
	}
	var list fault.Findings
	if err != nil && len(c.Choices) == 0 { // with a choice of properties the next page helps
		if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
			return err
		}
		var above []string
		if isFindings(err, &list) {
			for i, f := range list {
				if i == 30 {
					break
				}
				above = append(above, geoFinding(f, sayOf(r)))
			}
		} else {
			above = []string{fault.Say(err, sayOf(r))}
		}
		return s.showMap(w, r, web.Status(err), above, in.System)
	}
	id, err := s.uploadGeo(r.Context(), web.ActorOf(r), in)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/admin/map/"+id)
}

// geoFinding says a finding with the number of its shape in front.
func geoFinding(f fault.Finding, say func(string) string) string {
	if f.Row == 0 {
		return f.Message(say)
	}
	return fault.Say(fault.New(fault.Invalid, "第 %d 个要素：%s", f.Row, fault.New(fault.Invalid, f.Format, f.Args...)), say)
}

func (s *Service) uploadGeo(ctx context.Context, actor perm.Actor, in GeoIn) (string, error) {
	var b [12]byte
	rand.Read(b[:])
	id := hex.EncodeToString(b[:])
	detail, err := json.Marshal(geoWait{in.System, in.Property})
	if err != nil {
		return "", err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		old := s.clock().Add(-keepUploads).Format(time.RFC3339)
		return putUpload(tx, upload{id: id, kind: "geo", file: in.File, detail: string(detail), account: actor.Login, body: in.Data}, old)
	})
	return id, err
}

func (s *Service) waitingGeo(ctx context.Context, id string) (in GeoIn, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		u, err := readUpload(tx, id, "geo")
		if err != nil {
			return err
		}
		var d geoWait
		if err := json.Unmarshal([]byte(u.detail), &d); err != nil {
			return err
		}
		in = GeoIn{File: u.file, Data: u.body, System: d.System, Property: d.Property}
		return nil
	})
	return in, err
}

func (s *Service) getMapCheck(w http.ResponseWriter, r *http.Request) error {
	in, err := s.waitingGeo(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showMapCheck(w, r, in)
}

func (s *Service) showMapCheck(w http.ResponseWriter, r *http.Request, in GeoIn) error {
	c, err := s.PreviewGeo(r.Context(), web.ActorOf(r), in)
	v := c.view(trOf(r), s.Register())
	status := http.StatusOK
	var list fault.Findings
	switch {
	case err == nil:
	case isFindings(err, &list):
		status, v.Ready = web.Status(err), false
		for _, f := range list {
			v.Problems = append(v.Problems, geoFinding(f, sayOf(r)))
		}
	default:
		return err
	}
	v.ID, v.File, v.System = r.PathValue("id"), in.File, in.System
	return mapCheckPage().RenderStatus(w, r, status, "边界图", v)
}

func (s *Service) postMapCheck(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	in, err := s.waitingGeo(r.Context(), id)
	if err != nil {
		return err
	}
	in.Property = strings.TrimSpace(r.PostFormValue("property"))
	switch r.PostFormValue("step") {
	case "apply":
		if _, err := s.PutGeo(r.Context(), web.ActorOf(r), in); err != nil {
			if fault.KindOf(err) == fault.Invalid {
				return s.showMapCheck(w, r, in)
			}
			return err
		}
		if err := s.forget(r.Context(), id); err != nil {
			return err
		}
		return web.Done(w, r, "/admin/map", "已使用边界文件 %s。", in.File)
	case "drop":
		if err := s.forget(r.Context(), id); err != nil {
			return err
		}
		return web.Done(w, r, "/admin/map", "已放弃，没有保存。")
	}
	return s.showMapCheck(w, r, in)
}

func (s *Service) forget(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(dropUploadSQL, id)
		return err
	})
}

func (s *Service) postDropMap(w http.ResponseWriter, r *http.Request) error {
	if err := s.DropGeo(r.Context(), web.ActorOf(r)); err != nil {
		return err
	}
	return web.Done(w, r, "/admin/map", "已删除边界文件。")
}

func (s *Service) getMapFile(w http.ResponseWriter, r *http.Request) error {
	name, body, err := s.geoSource(r.Context())
	if err != nil {
		return err
	}
	web.Attachment(w, name, "application/geo+json")
	_, err = w.Write(body)
	return err
}
