#include "handout.h"

#include "app_chrome.h"
#include "capture.h"
#include "file.h"
#include "html.h"
#include "mem.h"
#include "page.h"
#include "world.h"
#include <string.h>

enum { WINDOW_W = 1280, WINDOW_H = 790, TIMELINE = 120 };

static const char *const style =
    "@page{size:A4;margin:14mm 15mm}\n"
    "*{box-sizing:border-box}\n"
    "body{font:10.5pt/1.42 Inter,'Helvetica Neue',Arial,sans-serif;color:#15171a;max-width:180mm;margin:0 auto}\n"
    "@media screen{body{padding:10mm 0}.part,.answers{margin-top:16mm}}\n"
    "math{font-size:1.08em}\n"
    "h1{font-size:24pt;line-height:1.15;margin:0 0 4mm}\n"
    "h2{font-size:16pt;line-height:1.2;margin:0 0 4mm}\n"
    "h2 .number{color:#6b7077;font-weight:500;margin-right:2mm}\n"
    "h3{font-size:11pt;margin:5mm 0 1mm}\n"
    "p{margin:0 0 2.5mm}\n"
    ".eyebrow{color:#6b7077;margin:0 0 1mm}\n"
    ".name{display:flex;gap:8mm;margin:0 0 6mm}\n"
    ".name span{flex:2;border-bottom:1px solid #8a8f96;padding-bottom:1mm;color:#6b7077}\n"
    ".name span+span{flex:1}\n"
    ".part,.answers{break-before:page}\n"
    ".part.first{break-before:auto}\n"
    "figure{margin:0 0 4mm;break-inside:avoid}\n"
    "figure img{display:block;width:100%;border:1px solid #d5d8dc;border-radius:2mm}\n"
    "figcaption{font-size:9pt;line-height:1.4;color:#4a4f55;margin-top:1.5mm}\n"
    ".equation{background:#f1f1ee;border-radius:2mm;padding:3mm;margin:0 0 3mm;text-align:center;"
    "break-inside:avoid;print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "ol.tasks{padding-left:6mm;margin:0}\n"
    "ol.tasks>li{margin:0 0 2.5mm;break-inside:avoid}\n"
    "ol.tasks>li::marker{font-weight:600}\n"
    "ul.choices{list-style:none;padding:0;margin:1.5mm 0 0}\n"
    "ul.choices li{display:flex;gap:2.5mm;margin:0 0 1.2mm}\n"
    ".box{flex:none;width:3.6mm;height:3.6mm;border:1px solid #15171a;border-radius:.6mm;margin-top:1.2mm}\n"
    ".line{border-bottom:1px solid #8a8f96;height:7mm}\n"
    ".line.short{width:50mm}\n"
    ".answers ol{padding-left:6mm;margin:0}\n"
    ".answers li{margin:0 0 1.5mm;break-inside:avoid;font-size:10pt}\n"
    ".strong{background:#ffe27a}\n"
    "code{font-family:'JetBrains Mono',Menlo,Consolas,monospace;font-size:.92em}\n";

static void put_base64(struct str *out, const struct str *bytes) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *data = (const unsigned char *)bytes->data;
    for (size_t k = 0; k < bytes->size; k += 3) {
        size_t left = bytes->size - k;
        unsigned group =
            (unsigned)data[k] << 16 | (left > 1 ? (unsigned)data[k + 1] << 8 : 0) | (left > 2 ? data[k + 2] : 0);
        char four[4] = {letters[group >> 18], letters[group >> 12 & 63], left > 1 ? letters[group >> 6 & 63] : '=',
                        left > 2 ? letters[group & 63] : '='};
        str_put_n(out, four, 4);
    }
}

// --- the answers, as the lesson's own solutions find them on the network ---

struct answers {
    struct lesson_world world;
    char *texts[LESSON_MAX_PARTS][LESSON_MAX_TASKS]; // HTML; NULL: not known
};

static bool ends_sentence(const char *text) {
    size_t length = strlen(text);
    return length > 0 && strchr(".!?", text[length - 1]);
}

static void answer_of(void *listener, const struct player *player, int k) {
    struct answers *answers = listener;
    const struct lesson_task *task = &player->lesson->parts[player->part].tasks[k];
    struct str out = {0};
    int chosen = player->chosen[k];
    if (task->kind == CONDITION_CHOICE && chosen >= 0) {
        str_printf(&out, "<strong>%c</strong> ", 'A' + chosen);
        html_rich(&out, task->choices[chosen]);
        str_put(&out, ends_sentence(task->choices[chosen]) ? " " : ". ");
    }
    struct lesson_now now;
    answers->world.look(answers->world.context, &now);
    if (task->kind == CONDITION_UNIT) str_printf(&out, "<strong>Unit %d.</strong> ", now.unit + 1);
    if (task->kind == CONDITION_TIMESTEP) str_printf(&out, "<strong>Timestep %d.</strong> ", now.t + 1);
    if (player->feedback[k][0])
        html_rich(&out, player->feedback[k]);
    else if (task->hint_count > 0) // nothing is said of it: how it is done
        html_rich(&out, task->hints[task->hint_count - 1]);
    else
        str_put(&out, "Done in the program.");
    answers->texts[player->part][k] = mem_copy_text(str_text(&out));
    str_release(&out);
}

static bool find_answers(struct app *app, const struct lesson *lesson, struct answers *answers, struct err *err) {
    answers->world = world_of(app);
    answers->world.solved = answer_of;
    answers->world.listener = answers;
    return lesson_check(lesson, &answers->world, err);
}

static void release_answers(struct answers *answers) {
    for (int p = 0; p < LESSON_MAX_PARTS; p++)
        for (int k = 0; k < LESSON_MAX_TASKS; k++)
            mem_free(answers->texts[p][k]);
}

static void put_answers(struct str *out, const struct lesson *lesson, const struct answers *answers) {
    str_put(out, "<section class=\"answers\">\n<h2>Answers</h2>\n");
    for (int p = 0; p < lesson->part_count; p++) {
        str_printf(out, "<h3>%d&ensp;", p + 1);
        html_rich(out, lesson->parts[p].title);
        str_put(out, "</h3>\n<ol>\n");
        for (int k = 0; k < lesson->parts[p].task_count; k++)
            str_printf(out, "<li>%s</li>\n", answers->texts[p][k] ? answers->texts[p][k] : "");
        str_put(out, "</ol>\n");
    }
    str_put(out, "</section>\n");
}

// --- a part ---

static void put_task(struct str *out, const struct lesson_task *task) {
    str_put(out, "<li>");
    html_rich(out, task->text);
    if (task->kind == CONDITION_CHOICE) {
        str_put(out, "<ul class=\"choices\">\n");
        for (int k = 0; k < task->choice_count; k++) {
            str_printf(out, "<li><span class=\"box\"></span><span><strong>%c</strong> ", 'A' + k);
            html_rich(out, task->choices[k]);
            str_put(out, "</span></li>\n");
        }
        str_put(out, "</ul>");
    } else
        str_printf(out, "<div class=\"line%s\"></div>", task->kind == CONDITION_ANSWER ? " short" : "");
    str_put(out, "</li>\n");
}

static void put_text(struct str *out, const struct lesson_part *part) {
    for (int k = 0; k < part->block_count; k++) {
        const struct lesson_block *block = &part->blocks[k];
        str_put(out, block->equation ? "<div class=\"equation\">" : "<p>");
        if (block->equation)
            html_math(out, block->equation, true);
        else
            html_rich(out, block->text);
        str_put(out, block->equation ? "</div>\n" : "</p>\n");
    }
}

// What the window shows at the scene, between its bars: the words of the panel and the timeline are not for paper.
static bool put_picture(struct app *app, struct capture *capture, struct draw_list *list, float scale, struct str *out,
                        struct err *err) {
    struct scene scene;
    struct narration narration;
    char said[1024] = "";
    struct str png = {0};
    for (int pass = 0; pass < 2; pass++) { // the second frame knows what the first laid out
        draw_begin(list, WINDOW_W, WINDOW_H, scale);
        app_frame(app, list, app->ui.now + 5); // and what moved has come to rest
    }
    float below = app->page == PAGE_WORKBENCH ? TIMELINE : 0;
    rect part = {0, TOP_BAR, WINDOW_W, WINDOW_H - TOP_BAR - below};
    if (!capture_png(capture, list, app_background(app), part, &png, err)) return false;
    if (app_scene(app, &scene, &narration)) narrate_plain(&narration, said, sizeof said);
    str_put(out, "<figure><img alt=\"");
    html_text(out, said, strlen(said));
    str_put(out, "\" src=\"data:image/png;base64,");
    put_base64(out, &png);
    str_put(out, "\"></figure>\n");
    str_release(&png);
    return true;
}

static bool put_part(struct app *app, int p, struct capture *capture, struct draw_list *list, float scale,
                     struct str *out, struct err *err) {
    const struct lesson_part *part = &app->lesson->parts[p];
    app->message.code = ERR_NONE;
    app_go_part(app, p);
    app_finish_job(app);
    if (app->message.code != ERR_NONE && !app->message_good) {
        *err = app->message;
        return false;
    }
    app->message.code = ERR_NONE;
    str_printf(out, "<section class=\"part%s\">\n<h2><span class=\"number\">%d</span>", p == 0 ? " first" : "", p + 1);
    html_rich(out, part->title);
    str_put(out, "</h2>\n");
    if (!put_picture(app, capture, list, scale, out, err)) return false;
    put_text(out, part);
    str_put(out, "<h3>Try this</h3>\n<ol class=\"tasks\">\n");
    for (int k = 0; k < part->task_count; k++)
        put_task(out, &part->tasks[k]);
    str_put(out, "</ol>\n</section>\n");
    return true;
}

static void put_head(struct str *out, const struct lesson *lesson) {
    str_put(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    html_text(out, lesson->title, strlen(lesson->title));
    str_printf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<p class=\"eyebrow\">Lesson %d</p>\n<h1>", style,
               lesson->number);
    html_rich(out, lesson->title);
    str_put(out, "</h1>\n<p class=\"name\"><span>Name</span><span>Date</span></p>\n");
}

bool handout_save(struct app *app, const struct handout *handout, struct err *err) {
    struct answers answers = {0};
    struct str out = {0};
    struct capture *capture = NULL;
    bool good = (capture = capture_new((float)handout->picture_scale, err)) != NULL;
    if (good) {
        struct draw_list list;
        draw_init(&list, capture_fonts(capture));
        app->panel_open = false;
        put_head(&out, app->lesson);
        for (int p = 0; good && p < app->lesson->part_count; p++)
            good = put_part(app, p, capture, &list, (float)handout->picture_scale, &out, err);
        // Only now: the pictures are of what learners find, nothing is trained in them yet.
        if (good && handout->answers) good = find_answers(app, app->lesson, &answers, err);
        if (good && handout->answers) put_answers(&out, app->lesson, &answers);
        str_put(&out, "</body>\n</html>\n");
        draw_release(&list);
        good = good && file_save_whole(handout->path, out.data, out.size, err);
    }
    capture_free(capture);
    release_answers(&answers);
    str_release(&out);
    return good;
}
