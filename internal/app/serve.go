package app

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"kaiyang/internal/core/fault"
)

// followEvery is how often a server looks for changes of other processes (SEMANTICS §6: at least
// each second).
const followEvery = 500 * time.Millisecond

// Serve answers requests until ctx ends, then lets those under way finish. ready gets the address
// once the server listens.
func (o *Office) Serve(ctx context.Context, ready func(url string)) error {
	cfg := o.Config
	if err := cfg.CheckAddr(); err != nil {
		return err
	}
	if err := cfg.checkPublic(); err != nil {
		return err
	}
	if _, err := cfg.notifyKey(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return fault.Because(err, fault.Unavailable, "不能监听 %s；请检查端口是否被占用", cfg.Addr)
	}
	scheme := "http"
	if cfg.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(cfg.TLSCert, cfg.TLSKey)
		if err != nil {
			l.Close()
			return fault.Because(err, fault.Invalid, "证书 %s 或私钥 %s 不能使用；请检查文件是否成对", cfg.TLSCert, cfg.TLSKey)
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
		scheme = "https"
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	o.background(ctx, &work)

	handler := http.Handler(o.Site)
	if len(cfg.Proxies) > 0 && cfg.TLSCert == "" {
		proxies, err := cfg.proxies()
		if err != nil {
			return err
		}
		handler = onlyBehind(handler, proxies)
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	if err := o.keepAddress(ctx, cfg.Public, scheme+"://"+l.Addr().String()); err != nil {
		o.Config.Log.Error("the server's address could not be kept", "error", err)
	}
	if ready != nil {
		ready(scheme + "://" + l.Addr().String())
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err = srv.Shutdown(last)
	work.Wait()
	if errors.Is(err, context.DeadlineExceeded) {
		return srv.Close()
	}
	return err
}

// background starts what runs beside the requests: following other processes, the daily backup,
// the modules' jobs.
func (o *Office) background(ctx context.Context, work *sync.WaitGroup) {
	run := func(f func()) {
		work.Add(1)
		go func() { defer work.Done(); f() }()
	}
	run(func() { o.DB.Follow(ctx, followEvery) })
	if o.Config.Data != "" {
		daily := dailyBackup(filepath.Join(o.Config.Data, "backups"), o.DB, o.Config.Log)
		run(func() { o.every(ctx, "backup", 10*time.Minute, daily) })
	}
	for _, m := range o.modules {
		for _, j := range m.Jobs {
			run(func() { o.every(ctx, m.Name+"."+j.Name, j.Every, j.Run) })
		}
	}
}

// every runs a job soon after the start and then at its interval; a failure is logged once until
// the job succeeds again.
func (o *Office) every(ctx context.Context, name string, interval time.Duration, job func(context.Context) error) {
	wait := time.NewTimer(min(5*time.Second, interval))
	defer wait.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		err := job(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			o.Config.Log.Error("job failed", "job", name, "error", err)
		}
		failing = err != nil
		wait.Reset(interval)
	}
}

// addressSetting names the setting that holds the address which links in documents begin with.
const addressSetting = "address"

// keepAddress notes at which address people reach the server, for links in documents; the command
// line makes documents too.
func (o *Office) keepAddress(ctx context.Context, public, listening string) error {
	address := strings.TrimSuffix(public, "/")
	if address == "" {
		address = listening
	}
	known, err := o.Setting(ctx, addressSetting)
	if err == nil && known != address {
		err = o.SetSetting(WithOperator(ctx), addressSetting, address)
	}
	return err
}

// address gives what links in documents begin with; empty before the first server ran.
func (o *Office) address() string {
	if o.Config.Public != "" {
		return strings.TrimSuffix(o.Config.Public, "/")
	}
	known, err := o.Setting(context.Background(), addressSetting)
	if err != nil {
		return ""
	}
	return known
}
