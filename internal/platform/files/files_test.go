package files_test

import (
	"bytes"
	"context"
	"io/fs"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

func put(t *testing.T, db *sqldb.DB, s *files.Store, owner, name, media string, content []byte) (hash string) {
	t.Helper()
	ctx := sqldb.WithBy(context.Background(), sqldb.By{Account: "office"})
	err := db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		hash, err = s.Put(tx, owner, name, media, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func TestAFileComesBackAsItWent(t *testing.T) {
	testkit.Each(t, []fs.FS{files.Migrations}, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		s := files.New(db)
		text := []byte(strings.Repeat("element,category,unit,period,value\r\nN8,,520121,2017,2071\r\n", 500))
		odd := []byte{0, 255, 1, 254}
		h := put(t, db, s, "facts", `C:\上报\2017 年.csv`, "text/csv", text)
		g := put(t, db, s, "returns", "表.xlsx", "application/octet-stream", odd)
		empty := put(t, db, s, "facts", "", "text/plain", nil)

		f, content, err := s.Get(ctx, "facts", h)
		if err != nil || !bytes.Equal(content, text) {
			t.Fatalf("text came back as %d bytes, %v", len(content), err)
		}
		if f.Name != "2017 年.csv" || f.Size != int64(len(text)) || f.By != "office" || f.Media != "text/csv" || f.At == "" {
			t.Errorf("file = %+v", f)
		}
		if _, content, err := s.Get(ctx, "returns", g); err != nil || !bytes.Equal(content, odd) {
			t.Errorf("binary came back as %v, %v", content, err)
		}
		if _, content, err := s.Get(ctx, "facts", empty); err != nil || len(content) != 0 {
			t.Errorf("empty came back as %v, %v", content, err)
		}
		// The owner is part of the key: nobody reads another's file by guessing its hash.
		if _, _, err := s.Get(ctx, "facts", g); fault.KindOf(err) != fault.Missing {
			t.Errorf("another owner's file = %v, want Missing", err)
		}
		if again := put(t, db, s, "facts", "又一次.csv", "text/csv", text); again != h {
			t.Errorf("same content under %s, want %s", again, h)
		}
		list, err := s.List(ctx, "facts", 10)
		if err != nil || len(list) != 2 {
			t.Errorf("list = %v, %v; want 2 files", list, err)
		}
		if n, err := s.Check(ctx, "facts"); n != 2 || err != nil {
			t.Errorf("check = %d, %v", n, err)
		}
	})
}

func TestAChangedContentIsNoticed(t *testing.T) {
	testkit.Each(t, []fs.FS{files.Migrations}, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		s := files.New(db)
		h := put(t, db, s, "returns", "a.bin", "application/octet-stream", []byte("abc"))
		err := db.InTx(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE files_file SET content = $1 WHERE hash = $2`, []byte("abd"), h)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Get(ctx, "returns", h); err == nil || !strings.Contains(err.Error(), "kaiyang check") {
			t.Errorf("damaged file = %v", err)
		}
		if n, err := s.Check(ctx, "returns"); n != 0 || err == nil {
			t.Errorf("check = %d, %v", n, err)
		}
	})
}
