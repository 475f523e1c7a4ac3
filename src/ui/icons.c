// Icons as path data in a box of 24, drawn by this project's own hand in the mock-ups.

#include "widgets.h"
#include <string.h>

struct stroke_or_fill {
    const char *path;
    bool fill;
};
enum { PARTS = 3 };

static const struct stroke_or_fill icons[ICON_COUNT][PARTS] = {
    [ICON_CHECK] = {{"M5 12.5l4.5 4.5L19 7.5", false}},
    [ICON_CHEVRON_RIGHT] = {{"M9.5 6l6 6-6 6", false}},
    [ICON_CHEVRON_LEFT] = {{"M14.5 6l-6 6 6 6", false}},
    [ICON_CHEVRON_DOWN] = {{"M6 9.5l6 6 6-6", false}},
    [ICON_SUN] = {{"M12 8a4 4 0 100 8 4 4 0 000-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 "
                   "17M17 7l1.4-1.4",
                   false}},
    [ICON_MOON] = {{"M19 14.5A7.5 7.5 0 019.5 5a7.5 7.5 0 109.5 9.5z", false}},
    [ICON_HELP] = {{"M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z", false},
                   {"M9.8 9.6a2.3 2.3 0 114 1.6c-.9.8-1.8 1.2-1.8 2.5", false},
                   {"M12 16.2a1 1 0 100 2 1 1 0 000-2z", true}},
    [ICON_PLAY] = {{"M8 5.2v13.6c0 .7.8 1.1 1.4.7l10-6.8c.5-.3.5-1.1 0-1.4l-10-6.8C8.8 4.1 8 4.5 8 5.2z", true}},
    [ICON_PAUSE] = {{"M7 5h3.4v14H7zM13.6 5H17v14h-3.4z", true}},
    [ICON_STEP] = {{"M6 6.2v11.6c0 .6.7 1 1.2.6l8-5.8c.4-.3.4-.9 0-1.2l-8-5.8C6.7 5.2 6 5.6 6 6.2z", true},
                   {"M17 5.5h2v13h-2z", true}},
    [ICON_BACK] = {{"M18 6.2v11.6c0 .6-.7 1-1.2.6l-8-5.8c-.4-.3-.4-.9 0-1.2l8-5.8c.5-.4 1.2 0 1.2.6z", true},
                   {"M5 5.5h2v13H5z", true}},
    [ICON_START] = {{"M20 6.5v11c0 .5-.6.8-1 .5l-7-5.5c-.3-.2-.3-.7 0-.9L19 6c.4-.3 1 0 1 .5z", true},
                    {"M12 6.5v11c0 .5-.6.8-1 .5l-7-5.5c-.3-.2-.3-.7 0-.9L11 6c.4-.3 1 0 1 .5z", true},
                    {"M2.7 5.5h1.8v13H2.7z", true}},
    [ICON_END] = {{"M4 6.5v11c0 .5.6.8 1 .5l7-5.5c.3-.2.3-.7 0-.9L5 6c-.4-.3-1 0-1 .5z", true},
                  {"M12 6.5v11c0 .5.6.8 1 .5l6-5.5c.3-.2.3-.7 0-.9L13 6c-.4-.3-1 0-1 .5z", true},
                  {"M19.5 5.5h1.8v13h-1.8z", true}},
    [ICON_FILE] = {{"M7 3.5h7l4 4v13H7zM14 3.5v4h4", false}},
    [ICON_FOLDER] = {{"M3.5 6h6l2 2.5h9v10.5h-17z", false}},
    [ICON_GRID] = {{"M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z", false}},
    [ICON_WARN] = {{"M12 4.5L3.5 19.5h17z", false},
                   {"M12 10v4.5", false},
                   {"M12 16.2a.9.9 0 100 1.8.9.9 0 000-1.8z", true}},
    [ICON_STOP] = {{"M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z", false}, {"M6.5 17.5l11-11", false}},
    [ICON_CLOSE] = {{"M6 6l12 12M18 6L6 18", false}},
    [ICON_PLUS] = {{"M12 5v14M5 12h14", false}},
    [ICON_ZOOM_IN] = {{"M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20.5 20.5M10.5 7.5v6M7.5 10.5h6", false}},
    [ICON_ZOOM_OUT] = {{"M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20.5 20.5M7.5 10.5h6", false}},
    [ICON_DROP] = {{"M12 4v11M7.5 10.5L12 15l4.5-4.5M4.5 15v4.5h15V15", false}},
    [ICON_FIX] = {{"M4 20l9-9M14.5 3.5a5 5 0 00-4 7l3 3a5 5 0 007-4l-3.5 1.5-3-3z", false}},
    [ICON_LOCK] = {{"M6 11h12v9H6zM9 11V8a3 3 0 016 0v3", false}},
    [ICON_ARROW_RIGHT] = {{"M4 12h15M13 6l6 6-6 6", false}},
    [ICON_SEARCH] = {{"M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20.5 20.5", false}},
    [ICON_RETURN] = {{"M19.4 6.6v5.6H4.6M9.8 7l-5.2 5.2 5.2 5.2", false}},
    [ICON_TARGET] = {{"M12 4a8 8 0 100 16 8 8 0 000-16zM12 9a3 3 0 100 6 3 3 0 000-6z", false}},
};

void icon_draw(struct draw_list *list, enum icon icon, float x, float y, float size, color c, float width) {
    if ((unsigned)icon >= ICON_COUNT) return;
    float k = size / 24;
    for (int i = 0; i < PARTS && icons[icon][i].path; i++) {
        draw_path_svg(list, icons[icon][i].path, x, y, k);
        if (icons[icon][i].fill)
            draw_path_fill(list, c);
        else
            draw_path_stroke(list, c, width, false, true);
    }
}

void logo_draw(struct draw_list *list, float x, float y, float size, color c) {
    float k = size / 28;
    draw_path_svg(list, "M14 22.5H8.5a8 8 0 118-8v8h11", x, y, k);
    draw_path_stroke(list, c, 2.4f * k, false, true);
    const point dots[] = {{8.5f, 14.5f}, {16.5f, 22.5f}, {26.5f, 22.5f}};
    for (int i = 0; i < 3; i++)
        draw_circle(list, (point){x + dots[i].x * k, y + dots[i].y * k}, 2.6f * k, c);
}
