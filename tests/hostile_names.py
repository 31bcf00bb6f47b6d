"""Names that try to be something else: markup, script, templates, formulas, other names."""

from __future__ import annotations

HOSTILE = [
    "</script><script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    "\"><svg/onload=document.title='run'>",
    "javascript:document.title='run'",
    "abc\u202efed\u2066\u200b",
    "line\x00\x1b[31m\r\nbreak\u2028more\u2029",
    "__proto__",
    '=cmd|"/C calc"!A0',
    "$x^2$ {{7*7}} {% raw %}",
    "n" * 10_000,
    "\U0001f600 emoji \u05d0\u05d1\u05d2",
    "",
    "age",
    "age ",
    " age",
    "<!-- --> ]]> </style>",
    "\ud800 lone",
    "tick ` tick",
]
