// Small comforts; every page works without them. ES2017 only.
(function () {
  'use strict';

  // Live filter: <input data-filter="#id"> hides the rows of the table whose text does not hold it.
  document.querySelectorAll('input[data-filter]').forEach(function (input) {
    var table = document.querySelector(input.getAttribute('data-filter'));
    if (!table) return;
    input.addEventListener('input', function () {
      var want = input.value.trim().toLowerCase();
      var shown = 0;
      table.querySelectorAll('tbody tr').forEach(function (tr) {
        var hit = want === '' || tr.textContent.toLowerCase().indexOf(want) >= 0;
        tr.hidden = !hit;
        if (hit) shown++;
      });
      var count = document.querySelector('[data-filter-count]');
      if (count) count.textContent = String(shown);
    });
  });

  // Ask before loss: <form data-confirm="…">.
  document.querySelectorAll('form[data-confirm]').forEach(function (form) {
    form.addEventListener('submit', function (e) {
      if (!window.confirm(form.getAttribute('data-confirm'))) e.preventDefault();
    });
  });

  // A select that goes by itself: <select data-go> inside a form.
  document.querySelectorAll('select[data-go]').forEach(function (s) {
    s.addEventListener('change', function () { s.form.submit(); });
  });

  // Leaving with something typed and not saved.
  document.querySelectorAll('form[data-guard]').forEach(function (form) {
    var dirty = false;
    form.addEventListener('input', function () { dirty = true; });
    form.addEventListener('submit', function () { dirty = false; });
    window.addEventListener('beforeunload', function (e) {
      if (dirty) { e.preventDefault(); e.returnValue = ''; }
    });
  });

  // Copy: <button data-copy="#id">.
  document.querySelectorAll('button[data-copy]').forEach(function (b) {
    b.addEventListener('click', function () {
      var from = document.querySelector(b.getAttribute('data-copy'));
      if (!from) return;
      var range = document.createRange();
      range.selectNodeContents(from);
      var sel = window.getSelection();
      sel.removeAllRanges();
      sel.addRange(range);
      document.execCommand('copy');
      b.textContent = b.getAttribute('data-done') || b.textContent;
    });
  });

  // Slash jumps to the search field.
  document.addEventListener('keydown', function (e) {
    if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey) return;
    var t = e.target;
    if (t && /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName)) return;
    var s = document.querySelector('input[type=search]');
    if (s) { e.preventDefault(); s.focus(); }
  });
})();
