import { Eta } from 'eta';
import type { Notice } from '../../domain/addresses/address-notice';
import type { Message } from './notification-provider';

const TEXT = `<%~ it.greeting %>


<%~ it.lead %>

<% for (const item of it.items) { %>
- <%~ item.field %>: <%~ item.problem %><% if (item.suggestion) { %> -> <%~ item.suggestion %><% } %>

<% } %>

<%~ it.action %>

<%~ it.link %>


<%~ it.closing %>
`;

const HTML = `<!doctype html>
<html lang="<%= it.language %>"><head><meta charset="utf-8"><title><%= it.subject %></title></head>
<body>
<p><%= it.greeting %></p>
<p><%= it.lead %></p>
<ul>
<% for (const item of it.items) { %>
<li><b><%= item.field %></b>: <%= item.problem %><% if (item.suggestion) { %> &rarr; <%= item.suggestion %><% } %></li>
<% } %>
</ul>
<p><%= it.action %><br><a href="<%= it.link %>"><%= it.link %></a></p>
<p><%= it.closing %></p>
</body></html>
`;

const eta = new Eta({ autoEscape: true, autoTrim: ['nl', false] });

/** Renders a notice as an e-mail: plain text, and HTML in which everything that people typed is escaped. */
export const mailOf = (notice: Notice): Pick<Message, 'subject' | 'text' | 'html'> => ({
  subject: notice.subject,
  text: eta.renderString(TEXT, notice),
  html: eta.renderString(HTML, notice),
});
