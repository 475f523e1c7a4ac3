#pragma once
// The pages: what can fill the window below the top bar. A page is one file and one line in the list of page.c; its
// tab, its key and `unroll render --view` follow from its description. Interface thread only.

#include "app.h"

struct page {
    const char *name;  // of `render --view`
    const char *title; // of its tab
    int key;
    // Draws the page into r and does what was asked for in it. When app->picturing is set it changes nothing.
    void (*draw)(struct app *app, rect r, double now);
    // What a picture of the page has done before, so that there is something to see; it waits. May be NULL.
    void (*prepare)(struct app *app);
};

enum { PAGE_LESSONS, PAGE_WORKBENCH, PAGE_TRAIN, PAGE_DATA, PAGE_COUNT }; // in the order of the tabs
extern const struct page page_data;
int page_count(void);
const struct page *page_get(int index);
int page_find(const char *name); // -1: there is none
