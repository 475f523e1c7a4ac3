// A picture of the stage, the narration and the timeline alone, for looking at while working on them. Not a
// test.
//   render_stage OUT.png [--at KIND,T,PART | --position P] [--theme dark] [--size WxH] [--scale S] [--cell
//   rnn] [--hidden H]
//                [--word TEXT] [--length T] [--unit U] [--train N] [--flow] [--motion M] [--hover X,Y]
//                [--notation N] [--layers L] [--pitch P] [--layer N]
#include "capture.h"
#include "stage.h"
#include "thread.h"
#include "timeline.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_T = 512, SYMBOLS = 27 };

static const char *const words[] = {
    "allosaurus",    "ankylosaurus", "apatosaurus",   "archaeopteryx",   "baryonyx",       "brachiosaurus",
    "carnotaurus",   "ceratosaurus", "coelophysis",   "compsognathus",   "corythosaurus",  "deinonychus",
    "dilophosaurus", "diplodocus",   "edmontosaurus", "gallimimus",      "giganotosaurus", "herrerasaurus",
    "iguanodon",     "kentrosaurus", "maiasaura",     "megalosaurus",    "microraptor",    "minmi",
    "nodosaurus",    "ornithomimus", "oviraptor",     "parasaurolophus", "plateosaurus",   "protoceratops",
    "spinosaurus",   "stegosaurus",  "styracosaurus", "suchomimus",      "triceratops",    "troodon",
    "tyrannosaurus", "utahraptor",   "velociraptor",  "yutyrannus"};
enum { WORDS = sizeof words / sizeof *words };

struct options {
    const char *out, *word, *at;
    int position, width, height, hidden, length, unit, train, layers, layer;
    float scale, motion, pitch;
    bool dark, rnn, flow, hover, backward;
    float hover_x, hover_y;
    int notation;
};

static int encode(const char *word, int length, int *x, int *target) {
    int n = 0, size = (int)strlen(word);
    for (; n < (length > 0 ? length : size + 1) && n < MAX_T; n++) {
        int at = n % (size + 1);
        target[n] = at == size ? 0 : word[at] - 'a' + 1;
        x[n] = n == 0 ? -1 : target[n - 1];
    }
    return n;
}

static bool train(struct model *model, int steps, struct err *err) {
    struct train_options options = train_options_default();
    options.lr = 0.01;
    int x[MAX_T], target[MAX_T];
    struct trainer *trainer = trainer_new(model, &options, 32, 1, err);
    bool good = trainer != NULL;
    for (int k = 0; good && k < steps; k++) {
        struct batch batch = {.B = 1, .x = x, .target = target};
        batch.T = encode(words[(k * 17) % WORDS], 0, x, target);
        struct step_report report;
        good = trainer_step(trainer, &batch, &report, err);
    }
    trainer_free(trainer);
    return good;
}

static bool parse(int argc, char **argv, struct options *o) {
    *o = (struct options){.word = "troodon",
                          .position = -1,
                          .width = 1440,
                          .height = 900,
                          .hidden = 8,
                          .unit = 6,
                          .train = 600,
                          .layers = 1,
                          .scale = 1,
                          .motion = 1};
    if (argc < 2) return false;
    o->out = argv[1];
    for (int k = 2; k < argc; k++) {
        const char *name = argv[k], *value = k + 1 < argc ? argv[k + 1] : "";
        if (!strcmp(name, "--flow")) {
            o->flow = true;
            continue;
        }
        if (!strcmp(name, "--backward")) {
            o->backward = true;
            continue;
        }
        k++;
        if (!strcmp(name, "--at"))
            o->at = value;
        else if (!strcmp(name, "--position"))
            o->position = atoi(value);
        else if (!strcmp(name, "--theme"))
            o->dark = !strcmp(value, "dark");
        else if (!strcmp(name, "--size"))
            sscanf(value, "%dx%d", &o->width, &o->height);
        else if (!strcmp(name, "--scale"))
            o->scale = strtof(value, NULL);
        else if (!strcmp(name, "--cell"))
            o->rnn = !strcmp(value, "rnn");
        else if (!strcmp(name, "--hidden"))
            o->hidden = atoi(value);
        else if (!strcmp(name, "--layers"))
            o->layers = atoi(value);
        else if (!strcmp(name, "--layer"))
            o->layer = atoi(value);
        else if (!strcmp(name, "--pitch"))
            o->pitch = strtof(value, NULL);
        else if (!strcmp(name, "--word"))
            o->word = value;
        else if (!strcmp(name, "--length"))
            o->length = atoi(value);
        else if (!strcmp(name, "--unit"))
            o->unit = atoi(value);
        else if (!strcmp(name, "--train"))
            o->train = atoi(value);
        else if (!strcmp(name, "--motion"))
            o->motion = strtof(value, NULL);
        else if (!strcmp(name, "--notation"))
            o->notation = atoi(value);
        else if (!strcmp(name, "--hover"))
            o->hover = sscanf(value, "%f,%f", &o->hover_x, &o->hover_y) == 2;
        else
            return false;
    }
    return true;
}

static int position_of(const struct options *o, const struct script *script) {
    static const char *const kinds[STEP_KIND_COUNT] = {"input",       "part",      "output",      "loss",
                                                       "output_back", "from_loss", "from_future", "sum",
                                                       "part_back",   "clip",      "update"};
    if (o->position >= 0) return o->position;
    char kind[32] = "";
    int t = 0, part = -1;
    sscanf(o->at ? o->at : "part,4,0", "%31[^,],%d,%d", kind, &t, &part);
    for (int k = 0; k < STEP_KIND_COUNT; k++) {
        if (strcmp(kinds[k], kind) != 0) continue;
        if (k >= STEP_CLIP) return script->phase_first[k == STEP_CLIP ? PHASE_CLIP : PHASE_UPDATE] + 1;
        bool layered = k != STEP_OUTPUT && k != STEP_LOSS && k != STEP_OUTPUT_BACK;
        return script_find(script, (enum step_kind)k, layered ? 0 : -1, layered ? 0 : -1, t - 1, part);
    }
    return 0;
}

// The rectangles of the workbench, as the guide gives them for a window.
static void draw(struct ui *ui, const struct options *o, const struct scene *scene, struct transport *transport) {
    float w = (float)o->width / o->scale, h = (float)o->height / o->scale;
    bool small = h < 800 || w < 1440;
    float left = small ? 48 : 288, right = small ? 336 : 368, bottom = small ? 96 : 120;
    if (w < 1280) right = 0;
    rect stage = {left, 48, w - left - right, h - 48 - bottom}, narration = stage;
    float said = o->flow ? stage.h - 464 : view_narration_height(ui, stage.w, scene);
    stage.h -= said;
    narration.y += stage.h;
    narration.h = said;
    draw_rect(ui->list, (rect){0, 0, w, 48}, ui->theme->panel, 0);
    draw_rect(ui->list, (rect){0, 48, left, h}, ui->theme->panel, 0);
    draw_rect(ui->list, (rect){w - right, 48, right, h}, ui->theme->panel, 0);
    view_stage(ui, stage, scene);
    if (!o->flow) view_narration(ui, narration, scene);
    int seek = 0;
    view_timeline(ui, (rect){0, h - bottom, w, bottom}, scene, transport, &seek);
}

static bool render(const struct options *o, struct scene *scene, struct err *err) {
    struct capture *capture = capture_new(o->scale, err);
    if (!capture) return false;
    struct draw_list list;
    struct ui ui;
    draw_init(&list, capture_fonts(capture));
    ui_init(&ui);
    struct transport transport = {.speed = 1, .by = BY_OPERATION};
    const struct theme *theme = theme_get(o->dark ? THEME_DARK : THEME_LIGHT);
    for (int frame = 0; frame < 3; frame++) {
        struct input_event move = {.kind = INPUT_MOVE, .at = {o->hover_x, o->hover_y}};
        if (o->hover) ui_push_event(&ui, &move);
        draw_begin(&list, (float)o->width / o->scale, (float)o->height / o->scale, o->scale);
        ui_begin(&ui, &list, theme, frame);
        draw(&ui, o, scene, &transport);
        ui_end(&ui);
    }
    double start = clock_seconds();
    enum { FRAMES = 50 };
    for (int frame = 0; frame < FRAMES; frame++) {
        draw_begin(&list, (float)o->width / o->scale, (float)o->height / o->scale, o->scale);
        ui_begin(&ui, &list, theme, frame);
        draw(&ui, o, scene, &transport);
        ui_end(&ui);
    }
    printf("%.2f ms to build the list\n", (clock_seconds() - start) / FRAMES * 1e3);
    bool good = capture_save(capture, &list, theme->app, o->out, err);
    printf("%d commands, %d points\n", list.count, list.point_count);
    ui_release(&ui);
    draw_release(&list);
    capture_free(capture);
    return good;
}

int main(int argc, char **argv) {
    struct options o;
    struct err err = {0};
    if (!parse(argc, argv, &o)) return 2;
    struct net_spec spec = {.cell = o.rnn ? CELL_RNN : CELL_LSTM,
                            .kind = NET_MANY_TO_MANY,
                            .layers = o.layers,
                            .hidden = o.hidden,
                            .directions = 1,
                            .inputs = SYMBOLS,
                            .outputs = SYMBOLS};
    struct model model;
    struct rng rng = rng_seed(1);
    int x[MAX_T], target[MAX_T];
    char texts[SYMBOLS][8] = {"<EOS>"}, *symbols[SYMBOLS];
    for (int k = 0; k < SYMBOLS; k++) {
        if (k) snprintf(texts[k], sizeof texts[k], "%c", 'a' + k - 1);
        symbols[k] = texts[k];
    }
    if (!model_init(&model, &spec, &err)) goto fail;
    model_randomise(&model, &rng, 1);
    if (!train(&model, o.train, &err)) goto fail;
    struct example example = {.T = encode(o.word, o.length, x, target), .x = x, .target = target};
    struct train_options options = train_options_default();
    struct record *record =
        record_new(&model, &example, symbols, SYMBOLS, REDUCTION_SUM, &options, NULL, NULL, 1, &err);
    struct script *script = record ? script_new(record, &err) : NULL;
    if (!script) goto fail;
    struct view_state state = {.unit = o.unit,
                               .t = -1,
                               .hover_unit = -1,
                               .hover_t = -1,
                               .hover_slot = -1,
                               .pitch = o.pitch,
                               .layer = o.layer - 1,
                               .place_pinned = o.layer > 0,
                               .notation = (enum notation)o.notation,
                               .backward = o.backward,
                               .backward_pinned = o.backward};
    struct narration narration;
    struct scene scene = {.record = record,
                          .script = script,
                          .motion = o.motion,
                          .state = &state,
                          .unit_word = "character",
                          .narration = &narration};
    scene.position = position_of(&o, script);
    narrate(&narration, record, script, scene.position, state.unit, state.notation);
    bool good = render(&o, &scene, &err);
    script_free(script);
    record_free(record);
    model_release(&model);
    if (good) return 0;
fail:;
    char text[1024];
    err_format(&err, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    return 1;
}
