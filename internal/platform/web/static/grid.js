// The entry grid: arrows, Enter, paste of a block, undo of a paste, live totals, and saving of
// drafts by itself. Without it the page is an ordinary form. ES2017 only.
(function () {
  'use strict';

  document.querySelectorAll('form[data-grid]').forEach(function (form) {
    var inputs = Array.prototype.slice.call(form.querySelectorAll('input[data-cell]'));
    if (!inputs.length) return;

    // Where a cell stands: table, line, place in the line.
    var lines = [];
    form.querySelectorAll('table.entry').forEach(function (table) {
      table.querySelectorAll('tbody tr').forEach(function (tr) {
        var row = Array.prototype.slice.call(tr.querySelectorAll('input[data-cell]'));
        if (row.length) lines.push({ table: table, cells: row });
      });
    });
    function place(input) {
      for (var r = 0; r < lines.length; r++) {
        var c = lines[r].cells.indexOf(input);
        if (c >= 0) return { r: r, c: c };
      }
      return null;
    }
    function go(r, c) {
      if (r < 0 || r >= lines.length) return false;
      var cells = lines[r].cells;
      var to = cells[Math.max(0, Math.min(c, cells.length - 1))];
      to.focus();
      to.select();
      return true;
    }

    // Numbers as whole numbers at a scale, so that sums are exact.
    function whole(text, digits) {
      var s = text.replace(/[\uff01-\uff5e]/g, function (ch) { return String.fromCharCode(ch.charCodeAt(0) - 0xfee0); })
        .replace(/\u2212/g, '-').trim();
      // A comma or a space counts only where it separates thousands.
      var m = /^([+-]?)\s*(\d*|\d{1,3}(?:[,\s]\d{3})+)(?:\.(\d*))?$/.exec(s);
      if (!m || (m[2] === '' && !m[3])) return null;
      m[2] = m[2].replace(/[,\s]/g, '');
      var frac = (m[3] || '').replace(/0+$/, '');
      if (frac.length > digits) return null;
      while (frac.length < digits) frac += '0';
      var n = Number((m[2] || '0') + frac);
      return m[1] === '-' ? -n : n;
    }
    function shown(n, digits) {
      var sign = n < 0 ? '-' : '';
      var s = String(Math.abs(n));
      while (s.length <= digits) s = '0' + s;
      var cut = s.length - digits;
      var frac = s.slice(cut).replace(/0+$/, '');
      return sign + s.slice(0, cut).replace(/\B(?=(\d{3})+(?!\d))/g, ',') + (frac ? '.' + frac : '');
    }

    var byColumn = {};
    inputs.forEach(function (i) {
      var col = i.getAttribute('data-col');
      if (col !== null) (byColumn[col] = byColumn[col] || []).push(i);
    });
    function total(col) {
      var cell = form.querySelector('[data-total="' + col + '"]');
      if (!cell) return;
      var digits = Number(cell.getAttribute('data-digits')), sum = 0, any = false;
      (byColumn[col] || []).forEach(function (i) {
        var n = whole(i.value, digits);
        if (n !== null) { sum += n; any = true; }
      });
      cell.textContent = any ? shown(sum, digits) : '';
    }
    function judge(input) {
      if (input.hasAttribute('data-words')) return;
      var digits = Number(input.getAttribute('data-digits') || 6);
      var wrong = input.value.trim() !== '' && whole(input.value, digits) === null;
      input.parentNode.classList.toggle('typo', wrong);
      input.setAttribute('aria-invalid', wrong ? 'true' : 'false');
    }
    function changed(input) {
      judge(input);
      var col = input.getAttribute('data-col');
      if (col !== null) total(col);
      dirty = true;
    }

    form.addEventListener('input', function (e) {
      if (e.target.hasAttribute && e.target.hasAttribute('data-cell')) changed(e.target);
      else dirty = true;
    });

    form.addEventListener('keydown', function (e) {
      var t = e.target;
      if (!t.hasAttribute || !t.hasAttribute('data-cell') || e.isComposing) return;
      if ((e.ctrlKey || e.metaKey) && !e.shiftKey && e.key.toLowerCase() === 'z' && undo.length) {
        e.preventDefault();
        takeBack();
        return;
      }
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      var at = place(t);
      if (!at) return;
      var start = t.selectionStart === 0 && t.selectionEnd === 0;
      var end = t.selectionStart === t.value.length && t.selectionEnd === t.value.length;
      var all = t.selectionStart === 0 && t.selectionEnd === t.value.length;
      switch (e.key) {
        case 'Enter':
          e.preventDefault();
          go(at.r + (e.shiftKey ? -1 : 1), at.c);
          break;
        case 'ArrowDown': e.preventDefault(); go(at.r + 1, at.c); break;
        case 'ArrowUp': e.preventDefault(); go(at.r - 1, at.c); break;
        case 'ArrowLeft': if ((start || all) && at.c > 0) { e.preventDefault(); go(at.r, at.c - 1); } break;
        case 'ArrowRight': if ((end || all) && at.c < lines[at.r].cells.length - 1) { e.preventDefault(); go(at.r, at.c + 1); } break;
      }
    });
    // Enter in a cell never hands the form in.
    form.addEventListener('keypress', function (e) {
      if (e.key === 'Enter' && e.target.hasAttribute && e.target.hasAttribute('data-cell')) e.preventDefault();
    });
    form.addEventListener('focusin', function (e) {
      if (e.target.hasAttribute && e.target.hasAttribute('data-cell')) e.target.select();
    });

    // A block from a spreadsheet: lines by line breaks, cells by tabs.
    var undo = [];
    form.addEventListener('paste', function (e) {
      var t = e.target;
      if (!t.hasAttribute || !t.hasAttribute('data-cell')) return;
      var text = (e.clipboardData || window.clipboardData).getData('text');
      var block = text.replace(/\r/g, '').replace(/\n$/, '').split('\n').map(function (l) { return l.split('\t'); });
      if (block.length === 1 && block[0].length === 1) return;
      e.preventDefault();
      var at = place(t), before = [];
      block.forEach(function (cells, dr) {
        var line = lines[at.r + dr];
        if (!line || line.table !== lines[at.r].table) return;
        cells.forEach(function (value, dc) {
          var to = line.cells[at.c + dc];
          if (!to) return;
          before.push([to, to.value]);
          to.value = value.trim();
        });
      });
      undo.push(before);
      before.forEach(function (b) { changed(b[0]); });
    });
    function takeBack() {
      undo.pop().forEach(function (b) { b[0].value = b[1]; changed(b[0]); });
      say(form.getAttribute('data-undo') || '');
    }

    // Drafts are kept on the server: every 20 seconds and on leaving a cell, so that the idle exit
    // of the session takes nothing away.
    var url = form.getAttribute('data-autosave');
    var state = document.getElementById('autosave'), both = document.getElementById('both');
    var dirty = false, busy = false, stopped = !url, last = Date.now(), waiting = null;
    function say(text) { if (state) state.textContent = text; }
    function save() {
      if (!dirty || busy || stopped) return;
      busy = true;
      dirty = false;
      last = Date.now();
      var body = new URLSearchParams(new FormData(form));
      // A page that is being left may still send a small request.
      fetch(url, { method: 'POST', body: body, credentials: 'same-origin', headers: { 'Accept': 'application/json' }, keepalive: body.toString().length < 60000 })
        .then(function (r) { return r.json().then(function (j) { return { ok: r.ok, status: r.status, j: j }; }); })
        .then(function (a) {
          busy = false;
          if (a.ok) {
            form.elements.seq.value = a.j.seq;
            if (waiting) return form.requestSubmit(waiting);
            say((form.getAttribute('data-kept') || '%s').replace('%s', a.j.at));
            if (state) state.classList.remove('lost');
            return;
          }
          if (waiting) return form.requestSubmit(waiting); // the answer says it in full
          dirty = true;
          if (a.status === 409 || a.status === 401 || a.status === 403) stopped = true;
          say((form.getAttribute('data-lost') || '%s').replace('%s', a.j.error));
          if (state) state.classList.add('lost');
          if (a.status === 409 && both) both.hidden = false;
        })
        .catch(function () { busy = false; dirty = true; if (waiting) form.requestSubmit(waiting); });
    }
    if (url) {
      window.setInterval(save, 20000);
      form.addEventListener('focusout', function () { if (Date.now() - last > 3000) save(); });
      document.addEventListener('visibilitychange', function () { if (document.visibilityState === 'hidden') save(); });
      form.addEventListener('submit', function (e) {
        dirty = false;
        stopped = true;
        // The number of a draft being saved must be known before the page is handed in.
        waiting = busy && form.requestSubmit && e.submitter;
        if (waiting) e.preventDefault();
      });
      window.addEventListener('beforeunload', function (e) {
        if (dirty) { save(); e.preventDefault(); e.returnValue = ''; }
      });
    }

    inputs.forEach(judge);
    var first = form.querySelector('td.bad input, td.soft input');
    if (first && !location.hash) first.focus({ preventScroll: true }); // the list of findings stays in view
  });
})();
