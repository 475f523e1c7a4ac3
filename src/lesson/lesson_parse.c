// A lesson file through md4c: headings, paragraphs, lists and maths into the blocks of parts, fenced blocks
// into scene, tasks and expectations.
#include "lesson_internal.h"

#include "mem.h"

#include <md4c.h>
#include <stdio.h>
#include <string.h>

struct parser {
    struct lesson *lesson;
    struct lesson_source source;
    struct err *err;
    struct lesson_rich rich;
    struct lesson_fence fence;
    size_t last; // offset behind what was seen last
    int heading; // level, 0 = not in one
    char fence_kind[16];
    bool in_fence, line_open;
    int list_item;               // number of the item, from 1; 0 = not in an ordered list
    int lists;                   // lists inside each other
    bool item_start;             // a mark is still to be written
    size_t text_at;              // offset where the paragraph began
    bool failed;                 // md4c does not stop everywhere when it is told to
    struct lesson_problems *all; // or NULL: the first fault ends the reading
    int depth, skipped;          // blocks that are open; the one whose rest is passed over after a fault, 0 = none
};

static int stop(struct parser *p, size_t offset, const char *message) {
    lesson_fail(&p->source, offset, p->err, "%s", message);
    return 1;
}

static struct lesson_part *part_of(struct parser *p) {
    return p->lesson->part_count ? &p->lesson->parts[p->lesson->part_count - 1] : NULL;
}

static bool inside(const struct parser *p, const char *text) {
    return text >= p->source.text && text < p->source.text + p->source.size;
}

static size_t next_word(const struct parser *p) { // the first thing behind what was seen last
    size_t at = p->last;
    while (at < p->source.size && strchr(" \t\r\n", p->source.text[at]))
        at++;
    return at;
}

static long line_of(const struct parser *p, size_t offset) {
    long line, column;
    lesson_locate(&p->source, offset, &line, &column);
    return line;
}

// --- blocks of text ---

static int add_block(struct parser *p, const char *text, size_t length, bool equation, size_t at) {
    struct lesson_part *part = part_of(p);
    if (!part) return stop(p, at, "expected a part (\"## ...\") before the first text");
    if (part->block_count == LESSON_MAX_BLOCKS)
        return stop(p, at, "expected at most 12 paragraphs and equations in a part");
    struct lesson_block *block = &part->blocks[part->block_count++];
    char *copy = arena_text(&p->lesson->arena, text, length);
    *block = (struct lesson_block){.line = line_of(p, at)};
    if (equation)
        block->equation = copy;
    else
        block->text = copy;
    return 0;
}

static int flush_text(struct parser *p) {
    const char *text = str_text(&p->rich.out);
    size_t skip = strspn(text, " "), length = strlen(text);
    while (length > skip && text[length - 1] == ' ')
        length--;
    int status = length > skip ? add_block(p, text + skip, length - skip, false, p->text_at) : 0;
    lesson_rich_clear(&p->rich);
    return status;
}

static int finish_heading(struct parser *p) {
    const char *text = str_text(&p->rich.out);
    if (!*text) return stop(p, p->last, "expected a title behind #, found none");
    char *title = arena_text(&p->lesson->arena, text, strlen(text));
    if (p->heading == 1) {
        if (p->lesson->title) return stop(p, p->text_at, "expected one title (\"# ...\") in the file, found a second");
        p->lesson->title = title;
    } else {
        if (p->lesson->part_count == LESSON_MAX_PARTS) return stop(p, p->text_at, "expected at most 16 parts");
        struct lesson_part *before = part_of(p), *part = &p->lesson->parts[p->lesson->part_count++];
        part->title = title;
        part->line = line_of(p, p->text_at);
        part->faulty = before && before->faulty;
        if (before)
            part->scene = before->scene;
        else
            lesson_scene_defaults(&part->scene);
        lesson_scene_next(&part->scene);
    }
    p->heading = 0;
    lesson_rich_clear(&p->rich);
    return 0;
}

// --- fenced blocks ---

static int open_fence(struct parser *p, const MD_BLOCK_CODE_DETAIL *code) {
    static const char *const known[] = {"lesson", "scene", "task", "expect"};
    const char *info = code->info.text;
    size_t at = info && inside(p, info) ? (size_t)(info - p->source.text) : next_word(p);
    p->in_fence = true;
    p->line_open = false;
    p->fence = (struct lesson_fence){.at = at};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (info && strlen(known[i]) == code->info.size && strncmp(info, known[i], code->info.size) == 0) {
            snprintf(p->fence_kind, sizeof p->fence_kind, "%s", known[i]);
            if (i && !part_of(p)) return stop(p, at, "expected a part (\"## ...\") before this block");
            return 0;
        }
    lesson_fail(&p->source, at, p->err, "expected a block ```lesson, ```scene, ```task or ```expect, found \"%.*s\"",
                (int)code->info.size, info ? info : "");
    return 1;
}

static struct lesson_line *open_line(struct parser *p) {
    struct lesson_fence *fence = &p->fence;
    if (!p->line_open) {
        if (fence->count == fence->capacity) {
            int capacity = fence->capacity ? fence->capacity * 2 : 16;
            struct lesson_line *lines = mem_need((size_t)capacity, sizeof *lines);
            if (fence->count) memcpy(lines, fence->lines, (size_t)fence->count * sizeof *lines);
            mem_free(fence->lines);
            fence->lines = lines;
            fence->capacity = capacity;
        }
        fence->lines[fence->count++] = (struct lesson_line){0};
        p->line_open = true;
    }
    return &fence->lines[fence->count - 1];
}

static void fence_text(struct parser *p, const char *text, size_t size) {
    struct lesson_line *line = open_line(p);
    if (size == 1 && *text == '\n') {
        p->line_open = false;
        return;
    }
    bool real = inside(p, text);
    if (line->pieces.text.size == 0) line->continued = *text == ' ' || *text == '\t';
    // Blanks that md4c put there itself count as standing before what follows.
    lesson_pieces_add(&line->pieces, text, size, real ? (size_t)(text - p->source.text) : p->last);
    if (real) p->last = (size_t)(text - p->source.text) + size;
}

// The block's lines into what they are of. May be asked again after a line was taken out.
static bool read_fence(struct parser *p, const struct lesson_scene *before, int expects) {
    struct lesson_part *part = part_of(p);
    if (strcmp(p->fence_kind, "lesson") == 0) return lesson_fields_lesson(p->lesson, &p->source, &p->fence, p->err);
    if (strcmp(p->fence_kind, "scene") == 0) {
        part->scene = *before;
        part->faulty = p->fence.partial;
        return lesson_fields_scene(&part->scene, &p->source, &p->fence, p->err);
    }
    if (strcmp(p->fence_kind, "expect") == 0) {
        part->expect_count = expects;
        return lesson_fields_expect(p->lesson, part, &p->source, &p->fence, p->err);
    }
    return lesson_fields_task(p->lesson, &part->tasks[part->task_count - 1], &p->source, &p->fence, p->err);
}

static bool says_why(const struct lesson_line *line) {
    const char *text = str_text(&line->pieces.text);
    return strncmp(text, "why:", 4) == 0 || strncmp(text, "when:", 5) == 0;
}

// Takes the line of the fault out of the fence, with what only goes with it. False when it is none of its lines.
static bool drop_line(struct parser *p, long line) {
    struct lesson_fence *fence = &p->fence;
    int first = 0;
    while (first < fence->count && line_of(p, lesson_pieces_offset(&fence->lines[first].pieces, 0)) != line)
        first++;
    if (first == fence->count) return false;
    while (first > 0 && fence->lines[first].continued)
        first--;
    int end = first + 1;
    while (end < fence->count &&
           (fence->lines[end].continued || (!says_why(&fence->lines[first]) && says_why(&fence->lines[end]))))
        end++;
    for (int k = first; k < end; k++)
        str_release(&fence->lines[k].pieces.text);
    memmove(fence->lines + first, fence->lines + end, (size_t)(fence->count - end) * sizeof *fence->lines);
    fence->count -= end - first;
    fence->partial = true;
    return true;
}

// May this block stand here? Makes room for it.
static bool fence_allowed(struct parser *p) {
    struct lesson_part *part = part_of(p);
    size_t at = p->fence.at;
    if (strcmp(p->fence_kind, "lesson") == 0 && p->lesson->block_seen)
        return lesson_fail(&p->source, at, p->err, "expected one lesson block, found a second");
    if (strcmp(p->fence_kind, "lesson") == 0) p->lesson->block_seen = true;
    if (strcmp(p->fence_kind, "scene") == 0 && part->scene.at.line)
        return lesson_fail(&p->source, at, p->err, "expected one scene in a part, found a second");
    if (strcmp(p->fence_kind, "task") != 0) return true;
    if (part->task_count == LESSON_MAX_TASKS)
        return lesson_fail(&p->source, at, p->err, "expected at most %d tasks in a part", LESSON_MAX_TASKS);
    part->task_count++;
    return true;
}

enum { FAULTS_OF_BLOCK = 40 }; // more of them are not told one by one

static int close_fence(struct parser *p) {
    struct lesson_part *part = part_of(p);
    struct lesson_scene before = part ? part->scene : (struct lesson_scene){0};
    int expects = part ? part->expect_count : 0;
    p->in_fence = false;
    bool allowed = fence_allowed(p), ok = allowed && read_fence(p, &before, expects);
    int told = 0;
    while (allowed && !ok && p->all) { // without the line that is wrong the others are looked at
        struct err fault = *p->err;
        bool enough = ++told == FAULTS_OF_BLOCK;
        if (enough || !drop_line(p, fault.line)) {
            if (strcmp(p->fence_kind, "task") == 0) part->tasks[part->task_count - 1].faulty = true;
            break;
        }
        lesson_problems_add(p->all, &fault, false);
        *p->err = (struct err){0};
        ok = read_fence(p, &before, expects);
    }
    if (p->fence.at + strlen(p->fence_kind) > p->last) p->last = p->fence.at + strlen(p->fence_kind);
    lesson_fence_release(&p->fence);
    return ok ? 0 : 1;
}

// --- what md4c tells ---

static int block_begins(struct parser *p, MD_BLOCKTYPE type, void *detail) {
    switch (type) {
    case MD_BLOCK_DOC:
        return 0;
    case MD_BLOCK_P:
        lesson_rich_clear(&p->rich);
        break;
    case MD_BLOCK_UL:
        p->lists++;
        p->list_item = 0;
        break;
    case MD_BLOCK_OL:
        p->lists++;
        p->list_item = (int)((MD_BLOCK_OL_DETAIL *)detail)->start;
        break;
    case MD_BLOCK_LI:
        lesson_rich_clear(&p->rich);
        p->item_start = true;
        break;
    case MD_BLOCK_CODE:
        return open_fence(p, detail);
    case MD_BLOCK_H:
        p->heading = (int)((MD_BLOCK_H_DETAIL *)detail)->level;
        if (p->heading > 2)
            return stop(p, next_word(p), "expected # (the title) or ## (a part), found a smaller heading");
        break;
    default:
        return stop(p, next_word(p),
                    "expected a heading, a paragraph, a list, an equation or a block of a lesson, found "
                    "other Markdown");
    }
    if (p->lists > 1) return stop(p, next_word(p), "expected no list inside a list");
    p->text_at = next_word(p);
    return 0;
}

static int block_ends(struct parser *p, MD_BLOCKTYPE type) {
    switch (type) {
    case MD_BLOCK_H:
        return finish_heading(p);
    case MD_BLOCK_P:
        return flush_text(p);
    case MD_BLOCK_LI:
        if (p->list_item) p->list_item++;
        return flush_text(p);
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        p->lists--;
        return 0;
    case MD_BLOCK_CODE:
        return close_fence(p);
    default:
        return 0;
    }
}

static void item_mark(struct parser *p) {
    if (!p->item_start) return;
    p->item_start = false;
    if (p->list_item)
        str_printf(&p->rich.out, "%d. ", p->list_item);
    else
        str_put(&p->rich.out, "\xe2\x80\xa2 ");
}

static int span_begins(struct parser *p, MD_SPANTYPE type) {
    if (type == MD_SPAN_LATEXMATH_DISPLAY && p->heading)
        return stop(p, next_word(p), "expected $maths$ in a title, found $$");
    if (type == MD_SPAN_LATEXMATH_DISPLAY) {
        int status = flush_text(p);
        if (status) return status;
    }
    item_mark(p);
    const char *problem = lesson_rich_enter(&p->rich, type);
    return problem ? stop(p, next_word(p), problem) : 0;
}

static int span_ends(struct parser *p, MD_SPANTYPE type) {
    char buffer[600];
    size_t at = p->last;
    const char *problem = lesson_rich_leave(&p->rich, type, &at, buffer, sizeof buffer);
    if (problem) return stop(p, at, problem);
    if (type != MD_SPAN_LATEXMATH_DISPLAY) return 0;
    int status = add_block(p, str_text(&p->rich.markup), p->rich.markup.size, true, p->rich.math_at);
    lesson_rich_clear(&p->rich);
    p->text_at = p->last;
    return status;
}

static int text_comes(struct parser *p, MD_TEXTTYPE type, const MD_CHAR *chars, MD_SIZE size) {
    if (p->in_fence) {
        fence_text(p, chars, size);
        return 0;
    }
    bool real = inside(p, chars);
    if (real) p->last = (size_t)(chars - p->source.text);
    if (p->rich.out.size == 0 && !p->rich.math && real) p->text_at = p->last;
    if (type != MD_TEXT_SOFTBR) item_mark(p);
    size_t at = p->last;
    const char *problem = lesson_rich_text(&p->rich, type, chars, size, p->last, &at);
    if (problem) return stop(p, at, problem);
    if (real) p->last += size;
    return 0;
}

// --- faults ---

// The first fault ends the reading, unless all are asked for: then the rest of its block is passed over.
static int fault(struct parser *p, int status, int block) {
    if (!status) return 0;
    if (!p->all) return p->failed = true;
    lesson_problems_add(p->all, p->err, false);
    *p->err = (struct err){0};
    p->skipped = block;
    return 0;
}

// The end of a block that was passed over: what comes next finds everything in order.
static int recover(struct parser *p, MD_BLOCKTYPE type) {
    p->skipped = 0;
    p->item_start = false;
    bool title = type == MD_BLOCK_H && p->heading <= 2;
    if (title && !*str_text(&p->rich.out)) str_put(&p->rich.out, "?");
    if (title) return finish_heading(p);
    p->heading = 0;
    lesson_rich_release(&p->rich);
    p->rich = (struct lesson_rich){0};
    struct lesson_part *part = part_of(p);
    if (type == MD_BLOCK_P && part) return add_block(p, "?", 1, false, p->text_at); // the part has a text
    if (type == MD_BLOCK_CODE) {
        p->in_fence = false;
        if (part) part->faulty = true; // it may have been its scene, or a task
        lesson_fence_release(&p->fence);
        return 0;
    }
    return block_ends(p, type);
}

// --- md4c's callbacks ---

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context) {
    struct parser *p = context;
    p->depth++;
    if (p->failed || p->skipped) return p->failed;
    return fault(p, block_begins(p, type, detail), p->depth);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context) {
    (void)detail;
    struct parser *p = context;
    int block = p->depth--;
    if (p->failed || (p->skipped && block > p->skipped)) return p->failed;
    int status = p->skipped == block ? recover(p, type) : block_ends(p, type);
    if (status) lesson_rich_clear(&p->rich);
    if (type == MD_BLOCK_H) p->heading = 0;
    return fault(p, status, 0);
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context) {
    (void)detail;
    struct parser *p = context;
    if (p->failed || p->skipped) return p->failed;
    return fault(p, span_begins(p, type), p->depth);
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context) {
    (void)detail;
    struct parser *p = context;
    if (p->failed || p->skipped) return p->failed;
    return fault(p, span_ends(p, type), p->depth);
}

static int text(MD_TEXTTYPE type, const MD_CHAR *chars, MD_SIZE size, void *context) {
    struct parser *p = context;
    if (p->skipped && inside(p, chars)) p->last = (size_t)(chars - p->source.text) + size;
    if (p->failed || p->skipped) return p->failed;
    return fault(p, text_comes(p, type, chars, size), p->depth);
}

static bool parse_markdown(struct parser *p) {
    MD_PARSER parser = {.flags = MD_FLAG_LATEXMATHSPANS | MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS,
                        .enter_block = enter_block,
                        .leave_block = leave_block,
                        .enter_span = enter_span,
                        .leave_span = leave_span,
                        .text = text};
    int status = md_parse(p->source.text, (MD_SIZE)p->source.size, &parser, p);
    lesson_rich_release(&p->rich);
    lesson_fence_release(&p->fence);
    if (status < 0 && !p->failed) err_set(p->err, ERR_MEMORY, "not enough memory to read %s", p->source.path);
    return status == 0 && !p->failed;
}

static bool is_text(const struct lesson_source *source, struct err *err) {
    size_t bad = utf8_check(source->text, source->size);
    if (bad < source->size)
        return lesson_fail(source, bad, err, "expected UTF-8, found the byte %02x", (unsigned char)source->text[bad]);
    const char *zero = memchr(source->text, 0, source->size);
    return !zero || lesson_fail(source, (size_t)(zero - source->text), err, "expected text, found a zero byte");
}

static struct lesson *parse(const char *path, const char *text_, size_t size, struct lesson_problems *all,
                            struct err *err) {
    struct lesson_source source = {path, text_, size};
    if (!is_text(&source, err)) return NULL;
    if (size >= 3 && strncmp(text_, "\xef\xbb\xbf", 3) == 0) { // a byte-order mark
        source.text += 3;
        source.size -= 3;
    }
    struct lesson *lesson = mem_need(1, sizeof *lesson);
    arena_init(&lesson->arena);
    lesson->path = arena_text(&lesson->arena, path, strlen(path));
    struct parser p = {.lesson = lesson, .source = source, .err = err, .all = all};
    if (parse_markdown(&p) && lesson_verify(lesson, all, err)) return lesson;
    lesson_free(lesson);
    return NULL;
}

struct lesson *lesson_parse(const char *path, const char *text_, size_t size, struct err *err) {
    struct err own = {0};
    return parse(path, text_, size, NULL, err ? err : &own);
}

struct lesson *lesson_parse_all(const char *path, const char *text_, size_t size, struct lesson_problems *problems) {
    struct err err = {0};
    struct lesson *lesson = parse(path, text_, size, problems, &err);
    if (!lesson) lesson_problems_add(problems, &err, false);
    lesson_problems_sort(problems);
    return lesson;
}
