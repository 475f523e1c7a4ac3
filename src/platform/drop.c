#include "drop.h"

#include "mem.h"
#include "str.h"

void drop_forget(struct drop *drop) {
    for (int k = 0; k < drop->count; k++)
        mem_free(drop->pieces[k]);
    mem_free(drop->pieces);
    *drop = (struct drop){0};
}

static void add(struct drop *drop, const char *piece) {
    size_t size = (size_t)drop->count * sizeof *drop->pieces;
    char **more = mem_grow(drop->pieces, size, size + sizeof *more);
    if (!more) return;
    drop->pieces = more;
    drop->pieces[drop->count++] = mem_copy_text(piece);
}

static void join_lines(struct drop *drop) {
    struct str whole = {0};
    for (int k = 0; k < drop->count; k++)
        str_printf(&whole, "%s\n", drop->pieces[k]);
    drop_forget(drop);
    add(drop, str_text(&whole));
    drop->text = true;
    str_release(&whole);
}

bool drop_collect(struct drop *drop, const SDL_Event *from, struct input_event *event) {
    if (from->type == SDL_DROPBEGIN) drop_forget(drop);
    if (from->type == SDL_DROPFILE || from->type == SDL_DROPTEXT) {
        if (from->drop.file) add(drop, from->drop.file);
        SDL_free(from->drop.file);
        drop->text = from->type == SDL_DROPTEXT;
    }
    if (from->type != SDL_DROPCOMPLETE) return false;
    if (drop->text && drop->count > 0) join_lines(drop);
    event->kind = INPUT_DROP;
    event->dropped = (const char *const *)drop->pieces;
    event->drop_count = drop->count;
    event->drop_text = drop->text;
    return true;
}
