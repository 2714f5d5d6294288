/** The style of the hosted page, in one piece so that its hash can be in the page's policy. */
export const CHECKOUT_STYLE = `
:root{--ink:#1a1f36;--quiet:#5b6478;--line:#d9dee8;--accent:#0b5cad;--bad:#b3261e;--paper:#fff;--back:#f4f6fa}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--back)}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem;display:grid;gap:2rem;grid-template-columns:minmax(0,1fr)}
@media(min-width:48rem){main{grid-template-columns:minmax(0,1fr) minmax(0,1fr);padding-top:4rem}}
main.single{max-width:32rem;grid-template-columns:minmax(0,1fr)}
header p{margin:0 0 .25rem;color:var(--quiet)}
h1{font-size:1rem;font-weight:600;margin:0}
h2{font-size:1.125rem;margin:0 0 1rem}
.test{display:inline-block;background:#ffe2b8;color:#6b3a00;border-radius:.25rem;padding:0 .4rem;font-size:.75rem;font-weight:600;margin-left:.5rem}
.total{font-size:2.25rem;font-weight:700;line-height:1.2;margin:.25rem 0 1.5rem}
.card{background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:1.5rem}
dl{margin:0;display:grid;grid-template-columns:1fr auto;gap:.5rem 1rem}
dt,dd{margin:0}
dt{overflow-wrap:anywhere}
dd{text-align:right;font-variant-numeric:tabular-nums}
dt small{display:block;color:var(--quiet)}
.rule{grid-column:1/-1;border-top:1px solid var(--line)}
.sum{font-weight:600}
label,legend{display:block;font-size:.875rem;font-weight:600;margin:0 0 .25rem;padding:0}
.field{margin-bottom:1rem}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
input[type=text],input[type=email]{width:100%;font:inherit;padding:.6rem .7rem;border:1px solid #8a93a6;border-radius:.4rem;background:var(--paper);color:inherit}
input[readonly]{background:var(--back)}
input:focus-visible,button:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid #7ab3ef;outline-offset:1px}
input[aria-invalid=true]{border-color:var(--bad)}
button{font:inherit;font-weight:600;border-radius:.4rem;padding:.7rem 1rem;cursor:pointer;border:1px solid var(--line);background:var(--paper);color:var(--ink)}
button.main{width:100%;background:var(--accent);border-color:var(--accent);color:#fff}
.promotion{display:flex;gap:.5rem;align-items:flex-end;margin-top:1.5rem}
.promotion div{flex:1}
fieldset{border:0;margin:0 0 1rem;padding:0}
.choice{display:flex;gap:1rem}
.choice label{font-weight:400;font-size:1rem}
.alert{border-left:4px solid var(--bad);background:#fdeceb;padding:.75rem 1rem;border-radius:.25rem;margin-bottom:1rem}
.note{border-left:4px solid var(--accent);background:#e8f1fb;padding:.75rem 1rem;border-radius:.25rem;margin-bottom:1rem}
.quiet{color:var(--quiet);font-size:.875rem}
.back{margin-top:1.5rem}
a{color:var(--accent)}
table{border-collapse:collapse;width:100%}
td{padding:.15rem 0;vertical-align:top}
form:has(input[value=card]:checked) .sepa_debit,form:has(input[value=sepa_debit]:checked) .card_fields{display:none}
`;
