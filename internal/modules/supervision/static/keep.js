// What is typed on a visit is kept on the phone until the server has it. ES2017 only.
(function () {
  'use strict';
  var form = document.querySelector('form[data-keep]');
  if (!form) return;
  var key = 'kaiyang-visit-' + form.getAttribute('data-keep');
  var state = document.getElementById('kept');
  var dirty = false, busy = false, stopped = false, waiting = false, button = null;
  function say(name) { if (state) state.textContent = state.getAttribute('data-' + name) || ''; }
  function store(f) { try { return f(window.localStorage); } catch (e) { return null; } }
  function fields() { return new FormData(form); }
  function text() {
    var out = [];
    fields().forEach(function (v, k) { if (typeof v === 'string' && k !== 'version') out.push([k, v]); });
    return JSON.stringify({ at: Date.now(), fields: out });
  }
  function forget() { store(function (s) { s.removeItem(key); }); }

  // The form was sent and the server says that it is done: nothing need be put back.
  var sent = false;
  try { sent = window.sessionStorage.getItem(key) === 'sent'; window.sessionStorage.removeItem(key); } catch (e) { sent = false; }
  if (sent && document.querySelector('.flash')) forget();

  // Something is left from a time without a line: put it back unless it is older than three days.
  var old = store(function (s) { return s.getItem(key); });
  if (old && !form.hasAttribute('data-refused')) {
    try {
      var kept = JSON.parse(old);
      if (Date.now() - kept.at < 3 * 864e5) {
        kept.fields.forEach(function (f) {
          form.querySelectorAll('[name="' + f[0] + '"]').forEach(function (e) {
            if (e.type === 'radio') { if (e.value === f[1]) e.checked = true; } else if (e.type !== 'hidden' && e.type !== 'file') e.value = f[1];
          });
        });
        dirty = true;
        say('back');
      } else forget();
    } catch (e) { forget(); }
  }

  form.addEventListener('input', function () {
    dirty = true;
    store(function (s) { s.setItem(key, text()); });
  });
  form.addEventListener('click', function (e) { if (e.target.type === 'submit') button = e.target; });
  form.addEventListener('submit', function (e) {
    // A save of its own is still on the way: the form goes after it, with the version that it makes.
    if (busy) {
      e.preventDefault();
      waiting = true;
      return;
    }
    stopped = true;
    try { window.sessionStorage.setItem(key, 'sent'); } catch (e) { stopped = true; }
  });
  window.addEventListener('beforeunload', function (e) {
    if (dirty && !stopped) { e.preventDefault(); e.returnValue = ''; }
  });
  function go() {
    if (!waiting) return;
    waiting = false;
    (button || form.querySelector('[value=save]')).click();
  }
  function save() {
    if (!dirty || busy || stopped) return;
    busy = true;
    dirty = false;
    var body = new URLSearchParams();
    fields().forEach(function (v, k) { if (typeof v === 'string') body.append(k, v); });
    fetch(form.action, { method: 'POST', body: body, credentials: 'same-origin', headers: { 'Accept': 'application/json' } })
      .then(function (r) { return r.json().then(function (j) { return { ok: r.ok, j: j }; }); })
      .then(function (a) {
        busy = false;
        if (a.ok) {
          document.querySelectorAll('input[data-version]').forEach(function (e) { e.value = a.j.version; });
          if (!dirty && form.elements.text.value === '') forget();
          say('saved');
          go();
          return;
        }
        dirty = stopped = true;
        if (state) state.textContent = a.j.error;
        go();
      })
      .catch(function () { busy = false; dirty = true; say('offline'); go(); });
  }
  window.setInterval(save, 15000);
  window.addEventListener('online', save);
}());
