// Package files keeps what people upload: content-addressed, in the database, under the key of
// the part of the program that owns it, so that a backup or a copy to another database carries
// the sources of all figures along, and what belongs to an owner can be found and removed
// together (DESIGN §5).
package files

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
)

// Migrations holds the table of this package, for sqldb.Migrations.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// MaxSize is the largest file that is kept, in bytes.
const MaxSize = 512 << 20

// A File is what is known of a kept file without its content.
type File struct {
	Hash  string // SHA-256 of the content, 64 hexadecimal digits
	Owner string // part of the program, "facts" or "returns"
	Name  string // as the person called it, without folders
	Media string // media type
	Size  int64  // bytes of the content
	At    string // RFC 3339
	By    string // account
}

// A Store keeps files in a database.
type Store struct{ db *sqldb.DB }

// New makes a store in a migrated database.
func New(db *sqldb.DB) *Store { return &Store{db: db} }

// Hash gives the key of a content: its SHA-256 in hexadecimal.
func Hash(content []byte) string {
	h := sha256.Sum256(content)
	return hex.EncodeToString(h[:])
}

const (
	heldSQL   = `SELECT COUNT(*) FROM files_file WHERE owner = $1 AND hash = $2`
	insertSQL = `INSERT INTO files_file (owner, hash, name, media, size, packing, content, at, by_account)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	statSQL = `SELECT owner, hash, name, media, size, at, by_account FROM files_file WHERE hash = $1 AND owner = $2`
	getSQL  = `SELECT owner, hash, name, media, size, at, by_account, packing, content FROM files_file WHERE hash = $1 AND owner = $2`
	listSQL = `SELECT owner, hash, name, media, size, at, by_account FROM files_file WHERE owner = $1 ORDER BY at DESC, hash LIMIT $2`
)

// Put keeps a content inside a transaction and gives its hash. The same content of the same owner
// is kept once, under the name it first had. A name is cut to its last part; a content over
// MaxSize is fault.TooLarge.
func (s *Store) Put(tx *sqldb.Tx, owner, name, media string, content []byte) (hash string, err error) {
	if len(content) > MaxSize {
		return "", fault.New(fault.TooLarge, "文件 %s 有 %d MB，超过 %d MB 的上限；请拆分后再传", name, len(content)>>20, MaxSize>>20)
	}
	hash = Hash(content)
	var n int
	if err := tx.Get(heldSQL, []any{owner, hash}, &n); err != nil || n > 0 {
		return hash, err
	}
	packing, kept := "", content
	if strings.HasPrefix(media, "text/") {
		if kept, err = pack(content); err != nil {
			return "", err
		}
		packing = "gzip"
	}
	_, err = tx.Exec(insertSQL, owner, hash, baseName(name), media, len(content), packing, kept, tx.Stamp(), tx.By().Account)
	return hash, err
}

// Stat tells about a file; one that is not kept is fault.Missing.
func (s *Store) Stat(ctx context.Context, owner, hash string) (f File, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		f, err = sqldb.One(tx, scanFile, missing(hash), statSQL, hash, owner)
		return err
	})
	return f, err
}

// Get gives a file with its content. The content is proved against its hash; a difference means
// that the database is damaged.
func (s *Store) Get(ctx context.Context, owner, hash string) (f File, content []byte, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		f, content, err = s.GetTx(tx, owner, hash)
		return err
	})
	return f, content, err
}

// GetTx is Get inside a transaction.
func (s *Store) GetTx(tx *sqldb.Tx, owner, hash string) (File, []byte, error) {
	type kept struct {
		f       File
		packing string
		content []byte
	}
	k, err := sqldb.One(tx, func(r sqldb.Scanner) (k kept, err error) {
		err = r.Scan(&k.f.Owner, &k.f.Hash, &k.f.Name, &k.f.Media, &k.f.Size, &k.f.At, &k.f.By, &k.packing, &k.content)
		return k, err
	}, missing(hash), getSQL, hash, owner)
	if err != nil {
		return File{}, nil, err
	}
	content := k.content
	if k.packing == "gzip" {
		if content, err = unpack(k.content, k.f.Size); err != nil {
			return k.f, nil, fault.Because(err, fault.Unavailable, "文件 %s 的内容与登记不符，数据库可能已损坏；请用 kaiyang check 检查", k.f.Name)
		}
	}
	if Hash(content) != k.f.Hash {
		return k.f, nil, fault.New(fault.Unavailable, "文件 %s 的内容与登记不符，数据库可能已损坏；请用 kaiyang check 检查", k.f.Name)
	}
	return k.f, content, nil
}

// List gives the newest files of an owner, at most limit.
func (s *Store) List(ctx context.Context, owner string, limit int) (list []File, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err = sqldb.All(tx, scanFile, listSQL, owner, limit)
		return err
	})
	return list, err
}

// Check reads every file of an owner again and proves it against its hash; n counts those that
// are sound.
func (s *Store) Check(ctx context.Context, owner string) (n int, err error) {
	list, err := s.List(ctx, owner, 1<<31-1)
	if err != nil {
		return 0, err
	}
	for _, f := range list {
		if _, _, err := s.Get(ctx, owner, f.Hash); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func scanFile(r sqldb.Scanner) (f File, err error) {
	err = r.Scan(&f.Owner, &f.Hash, &f.Name, &f.Media, &f.Size, &f.At, &f.By)
	return f, err
}

func missing(hash string) error {
	return fault.New(fault.Missing, "没有文件 %.12s；它可能从未上传，或您无权查看", hash)
}

// baseName cuts folders off, of either system, and anything no name may hold.
func baseName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r < 32 || r == 127 {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 200 {
		name = string(r[len(r)-200:])
	}
	return name
}

func pack(content []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func unpack(kept []byte, size int64) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(kept))
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) != size {
		return nil, fmt.Errorf("%d bytes instead of %d", len(content), size)
	}
	return content, nil
}
