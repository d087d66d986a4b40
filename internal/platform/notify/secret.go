package notify

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
)

// Mask stands where a secret would be shown.
const Mask = "••••••"

// A Secret is a password or the key of a robot. It prints as a mask everywhere: in logs, in JSON,
// on pages (STANDARDS NOTE-02). Only Reveal gives it.
type Secret struct{ text string }

// NewSecret wraps a text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal gives the secret itself, for the wire.
func (s Secret) Reveal() string { return s.text }

// Empty tells that there is none.
func (s Secret) Empty() bool { return s.text == "" }

// Format prints the mask whatever is asked for.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return Mask
}

// LogValue gives the mask to structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON writes the mask.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// keySize is that of AES-256 in bytes.
const keySize = 32

// A Vault seals secrets with AES-256-GCM under a key that lives outside the database.
type Vault struct{ key func() ([]byte, error) }

// NewVault makes a vault over what gives the key; it is asked at each use and must be cheap then.
func NewVault(key func() ([]byte, error)) *Vault { return &Vault{key} }

const sealedMark = "v1:"

func (v *Vault) cipher() (cipher.AEAD, error) {
	if v == nil || v.key == nil {
		return nil, fault.New(fault.Unavailable, "没有配置密钥，不能保存口令和机器人密钥；请在数据目录或启动设置里给出密钥")
	}
	key, err := v.key()
	if err != nil {
		return nil, err
	}
	if len(key) != keySize {
		return nil, fault.New(fault.Unavailable, "密钥应为 %d 字节，现在是 %d 字节；请检查密钥文件或启动设置", keySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Seal encrypts a secret for one purpose; the empty secret stays empty.
func (v *Vault) Seal(purpose string, s Secret) (string, error) {
	if s.text == "" {
		return "", nil
	}
	gcm, err := v.cipher()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce)
	return sealedMark + base64.RawStdEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(s.text), []byte(purpose))), nil
}

// Open decrypts what was sealed for the same purpose.
func (v *Vault) Open(purpose, sealed string) (Secret, error) {
	if sealed == "" {
		return Secret{}, nil
	}
	gcm, err := v.cipher()
	if err != nil {
		return Secret{}, err
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimPrefix(sealed, sealedMark))
	if err != nil || !strings.HasPrefix(sealed, sealedMark) || len(raw) < gcm.NonceSize() {
		return Secret{}, fault.New(fault.Unavailable, "保存的口令或密钥已损坏；请在外发通知设置里重新填写")
	}
	plain, err := gcm.Open(nil, raw[:gcm.NonceSize()], raw[gcm.NonceSize():], []byte(purpose))
	if err != nil {
		return Secret{}, fault.Because(err, fault.Unavailable, "保存的口令或密钥解不开，密钥文件可能换过；请恢复原来的密钥文件，或重新填写")
	}
	return Secret{string(plain)}, nil
}

// ParseKey reads a key of 32 bytes written as 64 hexadecimal digits or as Base64.
func ParseKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if b, err := hex.DecodeString(text); err == nil && len(b) == keySize {
		return b, nil
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if b, err := enc.DecodeString(text); err == nil && len(b) == keySize {
			return b, nil
		}
	}
	return nil, fault.New(fault.Invalid, "密钥写法不对；应为 32 字节，写成 64 个十六进制数字或 Base64")
}

// KeyFile gives the key kept in a file, which is made with mode 0600 at first use. A file that
// others may read is refused. Two servers over one directory get the same key.
func KeyFile(path string) func() ([]byte, error) {
	var mu sync.Mutex
	var key []byte
	return func() ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		if key != nil {
			return key, nil
		}
		k, err := readKey(path)
		if errors.Is(err, fs.ErrNotExist) {
			if err = makeKey(path); err == nil {
				k, err = readKey(path)
			}
		}
		if err != nil {
			if fault.KindOf(err) != fault.Internal {
				return nil, err
			}
			return nil, fault.Because(err, fault.Unavailable, "不能读取或建立密钥文件 %s；请检查数据目录的权限和磁盘", filepath.Base(path))
		}
		key = k
		return key, nil
	}
}

func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Unavailable, "密钥文件 %s 的权限是 %s，别人也能读；请改为 0600", filepath.Base(path), info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseKey(string(text))
}

// makeKey writes a new key beside the path and links it into place, so that a reader never sees
// half a key and of two makers one wins.
func makeKey(path string) error {
	key := make([]byte, keySize)
	rand.Read(key)
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Ready tells why nothing can be sealed, or nil.
func (v *Vault) Ready() error {
	_, err := v.cipher()
	return err
}
