#include "columns.h"

#include "column_rules.h"
#include "str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// ---- what is asked for ----

static bool bad_wish(const char *text, struct err *err) {
    struct str known = {0};
    for (int k = 0; k < ROLE_COUNT; k++)
        str_printf(&known, "%s%s", k ? ", " : "", column_role_names[k]);
    err_set(
        err, ERR_USAGE,
        "--columns: expected ROLE=COLUMN with a comma between, a column's number, its name or numbers as 3-8, and a "
        "role of %s; found \"%s\"",
        known.data, text);
    str_release(&known);
    return false;
}

static bool parse_wish(const char *at, size_t size, struct column_wish *wish) {
    const char *equals = memchr(at, '=', size), *end = at + size;
    if (!equals || equals == at || equals + 1 == end) return false;
    *wish = (struct column_wish){.role = ROLE_COUNT};
    for (int k = 0; k < ROLE_COUNT; k++)
        if (strlen(column_role_names[k]) == (size_t)(equals - at) &&
            strncmp(column_role_names[k], at, (size_t)(equals - at)) == 0)
            wish->role = (enum column_role)k;
    if (equals - at == 6 && strncmp(at, "source", 6) == 0) wish->role = ROLE_TEXT;
    if (wish->role == ROLE_COUNT || (size_t)(end - equals) > sizeof wish->name) return false;
    snprintf(wish->name, sizeof wish->name, "%.*s", (int)(end - equals - 1), equals + 1);
    if (wish->name[strspn(wish->name, "0123456789-")]) return true; // a name
    char *behind;
    long first = strtol(wish->name, &behind, 10), last = first;
    if (behind == wish->name) return false;
    if (*behind == '-') last = strtol(behind + 1, &behind, 10);
    if (*behind || first < 1 || last < first || last > TABLE_COLUMNS_MOST) return false;
    wish->first = (int)first;
    wish->last = (int)last;
    wish->name[0] = 0;
    return true;
}

int columns_parse(const char *text, struct column_wish *out, struct err *err) {
    int n = 0;
    for (const char *at = text; *at || at == text;) {
        size_t size = strcspn(at, ",");
        if (n == COLUMN_WISHES_MOST || !parse_wish(at, size, &out[n++])) {
            bad_wish(text, err);
            return -1;
        }
        at += size;
        if (*at == ',' && !*++at) {
            bad_wish(text, err);
            return -1;
        }
    }
    return n;
}

bool columns_check(const char *text, struct err *err) {
    struct column_wish wishes[COLUMN_WISHES_MOST];
    return columns_parse(text, wishes, err) >= 0;
}

void columns_describe(const struct dataset *d, struct str *out) {
    bool by_name = d->separator[0] == 0;
    for (int c = 0; c < d->column_count; c++) {
        enum column_role role = d->columns[c].role;
        const char *comma = out->size > 0 ? "," : "";
        if (role == ROLE_IGNORE) continue;
        if (by_name) {
            str_printf(out, "%s%s=%s", comma, column_role_names[role], d->columns[c].name);
            continue;
        }
        int last = c;
        while (role == ROLE_VALUE && last + 1 < d->column_count && d->columns[last + 1].role == role)
            last++;
        str_printf(out, "%s%s=%d", comma, column_role_names[role], c + 1);
        if (last > c) str_printf(out, "-%d", last + 1);
        c = last;
    }
}

static int find_name(const struct sample *s, const char *name) {
    for (int c = 0; c < s->columns && s->rows > 0; c++)
        if (s->cells[c].size == strlen(name) && strncasecmp(s->cells[c].text, name, s->cells[c].size) == 0) return c;
    return -1;
}

static bool apply_wishes(const char *text, const struct sample *s, const char *path, struct columns *out,
                         struct err *err) {
    struct column_wish wishes[COLUMN_WISHES_MOST];
    int n = columns_parse(text, wishes, err);
    if (n < 0) return false;
    for (int k = 0; k < n; k++) {
        int first = wishes[k].first - 1, last = wishes[k].last - 1;
        if (wishes[k].name[0]) {
            first = last = find_name(s, wishes[k].name);
            out->header = 1;
            if (first < 0)
                return err_at(err, ERR_VALUE, path, 1, 0,
                              "--columns: expected a column named \"%s\" in the first row, found none", wishes[k].name);
        }
        if (last >= s->columns)
            return err_at(
                err, ERR_VALUE, path, 0, 0,
                "--columns: there %s %d column%s, found a wish for number %d (--separator says what parts them)",
                s->columns == 1 ? "is" : "are", s->columns, s->columns == 1 ? "" : "s", last + 1);
        for (int c = first; c <= last; c++)
            out->roles[c] = wishes[k].role;
    }
    return true;
}

// Where each role is.
static void index_roles(struct columns *c) {
    c->text = c->label = c->target = c->id = c->time = -1;
    c->value_count = 0;
    for (int k = c->count; k-- > 0;) {
        if (c->roles[k] == ROLE_TEXT) c->text = k;
        if (c->roles[k] == ROLE_LABEL) c->label = k;
        if (c->roles[k] == ROLE_TARGET) c->target = k;
        if (c->roles[k] == ROLE_ID) c->id = k;
        if (c->roles[k] == ROLE_TIME) c->time = k;
    }
    for (int k = 0; k < c->count; k++)
        if (c->roles[k] == ROLE_VALUE) c->values[c->value_count++] = k;
}

// The kind that the roles make, or TABLE_KIND_COUNT.
static enum table_kind kind_of_roles(const struct columns *c) {
    bool values = c->value_count > 0;
    if (c->text >= 0 && c->target >= 0) return TABLE_PAIRS;
    if (c->text >= 0 && c->label >= 0) return TABLE_LABELLED;
    if (c->id >= 0 && values) return TABLE_LONG;
    if (c->label >= 0 && values) return TABLE_WIDE;
    if (values) return TABLE_SERIES;
    return c->text >= 0 ? TABLE_TEXTS : TABLE_KIND_COUNT;
}

static bool find_by_wishes(const struct reader_input *input, const struct data_options *options, struct sample *s,
                           enum table_kind kind, struct columns *out, struct err *err) {
    if (!apply_wishes(options->columns, s, input->path, out, err)) return false;
    if (!out->header) out->header = rule_header(s, -1);
    if (options->header) out->header = options->header > 0;
    index_roles(out);
    enum table_kind made = kind_of_roles(out);
    if (made == TABLE_KIND_COUNT)
        return err_set(err, ERR_USAGE,
                       "--columns: expected text and label, text and target, text, or value (with time, id or label); "
                       "found \"%s\"",
                       options->columns);
    return made == kind;
}

// ---- all together ----

static bool is_table_reader(const struct data_options *options) {
    static const struct reader *const tables[] = {&reader_series, &reader_long, &reader_wide, &reader_labelled,
                                                  &reader_pairs};
    for (size_t k = 0; options->reader && k < sizeof tables / sizeof *tables; k++)
        if (strcmp(options->reader, tables[k]->id) == 0) return true;
    return false;
}

bool columns_find(const struct reader_input *input, const struct data_options *options, enum table_kind kind,
                  struct columns *out, struct err *err) {
    struct sample sample;
    bool asked = options->columns || is_table_reader(options), good = false;
    *err = (struct err){0};
    *out = (struct columns){.kind = kind};
    if (options->separator && strlen(options->separator) != 1) return false; // of pairs, or of no table
    if (sample_take(&sample, input->bytes, input->size, options->separator ? options->separator[0] : 0, asked)) {
        out->separator = sample.separator;
        out->count = sample.columns;
        if (options->columns)
            good = find_by_wishes(input, options, &sample, kind, out, err);
        else
            good = rule_roles(&sample, kind, options->header, asked, out);
        if (good) index_roles(out);
    } else if (options->columns && !sample.no_memory) {
        err_at(
            err, ERR_FORMAT, input->path, 0, 0,
            "expected rows of columns with a tab, a comma, a semicolon or | between (or say --separator), found none");
    }
    if (sample.no_memory) good = err_at(err, ERR_MEMORY, input->path, 0, 0, "no memory to look at the columns");
    sample_release(&sample);
    return good;
}

static const char *separator_name(char separator) {
    static char text[8];
    if (separator == '\t') return "a tab";
    if (separator == ',') return "a comma";
    if (separator == ';') return "a semicolon";
    if (separator == ' ') return "a space";
    snprintf(text, sizeof text, "%c", separator);
    return text;
}

void columns_tell(const struct columns *c, char *out, size_t size) {
    struct str text = {0};
    if (c->count > 1)
        str_printf(&text, "%d columns with %s between", c->count, separator_name(c->separator));
    else
        str_put(&text, "one column");
    const char *lead = ": ";
    static const struct {
        enum column_role role;
        const char *name;
    } told[] = {{ROLE_ID, "the id"},
                {ROLE_TIME, "the time"},
                {ROLE_LABEL, "the label"},
                {ROLE_TEXT, "the text"},
                {ROLE_TARGET, "the target"}};
    const int places[] = {c->id, c->time, c->label, c->text, c->target};
    for (size_t k = 0; k < sizeof told / sizeof *told; k++) {
        if (places[k] < 0) continue;
        str_printf(&text, "%scolumn %d is %s", lead, places[k] + 1, told[k].name);
        lead = ", ";
    }
    if (c->value_count > 0) str_printf(&text, "%s%d of numbers", lead, c->value_count);
    snprintf(out, size, "%s", text.data);
    str_release(&text);
}
