// Inline Markdown to the rich text of the panel: *em* and **strong** become **bold** (the panel's type has no
// italics), `code` stays, $maths$ stays and is checked. What the panel cannot show is an error, never
// dropped.
#include "lesson_internal.h"

#include <md4c.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lesson_locate(const struct lesson_source *source, size_t offset, long *line, long *column) {
    *line = 1;
    size_t start = 0;
    if (offset > source->size) offset = source->size;
    for (size_t i = 0; i < offset; i++)
        if (source->text[i] == '\n') {
            ++*line;
            start = i + 1;
        }
    *column = (long)utf8_count(source->text + start, offset - start) + 1;
}

bool lesson_fail(const struct lesson_source *source, size_t offset, struct err *err, const char *format, ...) {
    char message[sizeof err->message];
    long line, column;
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    lesson_locate(source, offset, &line, &column);
    return err_at(err, ERR_FORMAT, source->path, line, column, "%s", message);
}

size_t lesson_pieces_offset(const struct lesson_pieces *pieces, size_t offset) {
    int k = pieces->count - 1;
    while (k > 0 && pieces->at[k] > offset)
        k--;
    return k < 0 ? 0 : pieces->from[k] + (offset - pieces->at[k]);
}

void lesson_pieces_add(struct lesson_pieces *pieces, const char *text, size_t length, size_t from) {
    if (pieces->count < LESSON_MAX_PIECES) {
        pieces->at[pieces->count] = pieces->text.size;
        pieces->from[pieces->count++] = from;
    }
    str_put_n(&pieces->text, text, length);
}

void lesson_rich_release(struct lesson_rich *rich) {
    str_release(&rich->out);
    str_release(&rich->markup);
}

void lesson_rich_clear(struct lesson_rich *rich) {
    str_clear(&rich->out);
    str_clear(&rich->markup);
    rich->bold = 0;
    rich->math = rich->display = false;
}

const char *lesson_rich_enter(struct lesson_rich *rich, int span) {
    switch (span) {
    case MD_SPAN_EM:
    case MD_SPAN_STRONG:
        if (rich->bold++ == 0) str_put(&rich->out, "**");
        return NULL;
    case MD_SPAN_CODE:
        str_put_char(&rich->out, '`');
        return NULL;
    case MD_SPAN_LATEXMATH:
    case MD_SPAN_LATEXMATH_DISPLAY:
        rich->math = true;
        rich->display = span == MD_SPAN_LATEXMATH_DISPLAY;
        str_clear(&rich->markup);
        return NULL;
    case MD_SPAN_A:
        return "expected text, **bold**, `code` or $maths$, found a link";
    case MD_SPAN_IMG:
        return "expected text, **bold**, `code` or $maths$, found a picture";
    default:
        return "expected text, **bold**, `code` or $maths$, found other markup";
    }
}

static void trim(struct str *text) {
    size_t skip = strspn(str_text(text), " "), size = text->size;
    while (size > skip && text->data[size - 1] == ' ')
        size--;
    if (text->data && (skip || size < text->size)) {
        memmove(text->data, text->data + skip, size - skip);
        text->data[size - skip] = '\0';
        text->size = size - skip;
    }
}

const char *lesson_rich_leave(struct lesson_rich *rich, int span, size_t *problem_at, char *buffer, size_t size) {
    if (span == MD_SPAN_EM || span == MD_SPAN_STRONG) {
        if (--rich->bold == 0) str_put(&rich->out, "**");
    } else if (span == MD_SPAN_CODE) {
        str_put_char(&rich->out, '`');
    } else if (span == MD_SPAN_LATEXMATH || span == MD_SPAN_LATEXMATH_DISPLAY) {
        struct err err = {0};
        rich->math = false;
        if (!lesson_check_math(str_text(&rich->markup), &err)) {
            size_t at = 0, used;
            for (long c = 1; c < err.column && at < rich->markup.size; c++) {
                utf8_next(rich->markup.data + at, rich->markup.size - at, &used);
                at += used;
            }
            *problem_at = rich->math_at + at;
            snprintf(buffer, size, "in maths: %s", err.message);
            return buffer;
        }
        trim(&rich->markup);
        if (span == MD_SPAN_LATEXMATH) str_printf(&rich->out, "$%s$", str_text(&rich->markup));
    }
    return NULL;
}

static const char *entity(struct str *out, const char *text, size_t length) {
    static const char *const known[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&nbsp;", "\xc2\xa0"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i][0]) == length && strncmp(text, known[i][0], length) == 0)
            return str_put(out, known[i][1]), NULL;
    return "expected the character itself, found a name for it (&...;)";
}

const char *lesson_rich_text(struct lesson_rich *rich, int type, const char *text, size_t length, size_t offset,
                             size_t *problem_at) {
    switch (type) {
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
        str_put_char(&rich->out, ' ');
        return NULL;
    case MD_TEXT_ENTITY:
        return entity(&rich->out, text, length);
    case MD_TEXT_LATEXMATH:
        if (rich->markup.size == 0) rich->math_at = offset;
        str_put_n(&rich->markup, text, length);
        return NULL;
    case MD_TEXT_CODE:
        if (memchr(text, '`', length)) return "expected no ` inside `code`";
        str_put_n(&rich->out, text, length);
        return NULL;
    case MD_TEXT_NORMAL:
        break;
    default:
        return "expected text, **bold**, `code` or $maths$";
    }
    for (size_t i = 0; i < length; i++) {
        const char *problem = text[i] == '$'   ? "expected a second $ that closes the maths, found none"
                              : text[i] == '`' ? "expected a second ` that closes the code, found none"
                              : text[i] == '*' && i + 1 < length && text[i + 1] == '*'
                                  ? "expected a second ** that closes the bold text, found none"
                                  : NULL;
        if (!problem) continue;
        *problem_at = offset + i;
        return problem;
    }
    str_put_n(&rich->out, text, length);
    return NULL;
}

// --- a value of a block: md4c over one paragraph ---

struct value_reader {
    struct lesson_rich rich;
    const struct lesson_source *source;
    const struct lesson_pieces *pieces;
    struct err *err;
    size_t last; // offset of the text seen last
    bool failed; // md4c does not stop everywhere when it is told to
};

static int refuse(struct value_reader *r, size_t offset, const char *problem) {
    if (!r->failed) lesson_fail(r->source, lesson_pieces_offset(r->pieces, offset), r->err, "%s", problem);
    r->failed = true;
    return 1;
}

static int value_block(MD_BLOCKTYPE type, void *detail, void *context) {
    (void)detail;
    struct value_reader *r = context;
    if (type == MD_BLOCK_DOC || type == MD_BLOCK_P) return 0;
    return refuse(r, 0, "expected a sentence, found a heading, list or block (a sign such as # or - at the start?)");
}

static int value_block_end(MD_BLOCKTYPE type, void *detail, void *context) {
    (void)type, (void)detail, (void)context;
    return 0;
}

static int value_span(MD_SPANTYPE type, void *detail, void *context) {
    (void)detail;
    struct value_reader *r = context;
    const char *problem = lesson_rich_enter(&r->rich, type);
    if (!problem && type == MD_SPAN_LATEXMATH_DISPLAY) problem = "expected $maths$ in a sentence, found $$";
    return problem ? refuse(r, r->last, problem) : 0;
}

static int value_span_end(MD_SPANTYPE type, void *detail, void *context) {
    (void)detail;
    struct value_reader *r = context;
    char buffer[600];
    size_t at = r->last;
    const char *problem = lesson_rich_leave(&r->rich, type, &at, buffer, sizeof buffer);
    return problem ? refuse(r, at, problem) : 0;
}

static int value_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *context) {
    struct value_reader *r = context;
    const char *base = str_text(&r->pieces->text);
    if (text >= base && text <= base + r->pieces->text.size) r->last = (size_t)(text - base);
    size_t at = r->last;
    const char *problem = lesson_rich_text(&r->rich, type, text, size, r->last, &at);
    if (!problem) r->last += text >= base && text <= base + r->pieces->text.size ? size : 0;
    return problem ? refuse(r, at, problem) : 0;
}

bool lesson_rich_value(struct lesson *lesson, const struct lesson_source *source, const struct lesson_pieces *pieces,
                       char **out, struct err *err) {
    struct value_reader r = {.source = source, .pieces = pieces, .err = err};
    MD_PARSER parser = {.flags = MD_FLAG_LATEXMATHSPANS | MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS,
                        .enter_block = value_block,
                        .leave_block = value_block_end,
                        .enter_span = value_span,
                        .leave_span = value_span_end,
                        .text = value_text};
    int status = md_parse(str_text(&pieces->text), (MD_SIZE)pieces->text.size, &parser, &r);
    bool ok = status == 0 && !r.failed;
    if (ok) *out = arena_text(&lesson->arena, str_text(&r.rich.out), r.rich.out.size);
    if (status < 0 && !r.failed) err_set(err, ERR_MEMORY, "not enough memory to read %s", source->path);
    lesson_rich_release(&r.rich);
    return ok;
}
