#pragma once
// A source of drag and drop by the protocol XDND (version 5, freedesktop.org), in plain Xlib: a file manager that drops
// bytes of one type on the window of a program. Included by one test.

#include "thread.h"
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct xdnd {
    Display *display;
    Window own, target;
    Atom selection, aware, enter, position, status, drop, finished, copy, name, utf8;
};

static int xdnd_ignore(Display *display, XErrorEvent *event) { // a window may go while it is asked about
    (void)display;
    (void)event;
    return 0;
}

static bool xdnd_open(struct xdnd *x) {
    *x = (struct xdnd){.display = XOpenDisplay(NULL)};
    if (!x->display) return false;
    XSetErrorHandler(xdnd_ignore);
    x->own = XCreateSimpleWindow(x->display, DefaultRootWindow(x->display), 0, 0, 1, 1, 0, 0, 0);
    const struct {
        Atom *atom;
        const char *name;
    } atoms[] = {{&x->selection, "XdndSelection"}, {&x->aware, "XdndAware"},     {&x->enter, "XdndEnter"},
                 {&x->position, "XdndPosition"},   {&x->status, "XdndStatus"},   {&x->drop, "XdndDrop"},
                 {&x->finished, "XdndFinished"},   {&x->copy, "XdndActionCopy"}, {&x->name, "_NET_WM_NAME"},
                 {&x->utf8, "UTF8_STRING"}};
    for (size_t k = 0; k < sizeof atoms / sizeof *atoms; k++)
        *atoms[k].atom = XInternAtom(x->display, atoms[k].name, False);
    return true;
}

// The bytes of a property, to be freed with XFree; NULL when it has none.
static unsigned char *xdnd_property(struct xdnd *x, Window window, Atom property, Atom type) {
    Atom actual;
    int format;
    unsigned long count, left;
    unsigned char *bytes = NULL;
    int got =
        XGetWindowProperty(x->display, window, property, 0, 4096, False, type, &actual, &format, &count, &left, &bytes);
    if (got == Success && actual != None && count > 0) return bytes;
    if (got == Success && bytes) XFree(bytes);
    return NULL;
}

// The first window below `from` that takes drops.
static Window xdnd_find(struct xdnd *x, Window from) {
    unsigned char *version = xdnd_property(x, from, x->aware, XA_ATOM);
    if (version) {
        XFree(version);
        return from;
    }
    Window root, parent, *children = NULL, found = None;
    unsigned count = 0;
    if (!XQueryTree(x->display, from, &root, &parent, &children, &count)) return None;
    for (unsigned k = 0; k < count && found == None; k++)
        found = xdnd_find(x, children[k]);
    if (children) XFree(children);
    return found;
}

// Waits until such a window is there.
static bool xdnd_find_target(struct xdnd *x, double seconds) {
    double end = clock_seconds() + seconds;
    while (x->target == None && clock_seconds() < end) {
        x->target = xdnd_find(x, DefaultRootWindow(x->display));
        if (x->target == None) usleep(20000);
    }
    return x->target != None;
}

static void xdnd_title(struct xdnd *x, char *out, size_t size) {
    unsigned char *title = xdnd_property(x, x->target, x->name, x->utf8);
    snprintf(out, size, "%s", title ? (char *)title : "");
    if (title) XFree(title);
}

static void xdnd_tell(struct xdnd *x, Atom what, long second, long third, long fourth, long fifth) {
    XEvent event = {.xclient = {.type = ClientMessage,
                                .display = x->display,
                                .window = x->target,
                                .message_type = what,
                                .format = 32,
                                .data.l = {(long)x->own, second, third, fourth, fifth}}};
    XSendEvent(x->display, x->target, False, NoEventMask, &event);
    XFlush(x->display);
}

// The target asks for what is dropped.
static void xdnd_hand_over(struct xdnd *x, const XSelectionRequestEvent *asked, Atom type, const char *bytes) {
    XEvent answer = {.xselection = {.type = SelectionNotify,
                                    .display = x->display,
                                    .requestor = asked->requestor,
                                    .selection = asked->selection,
                                    .target = asked->target,
                                    .property = asked->target == type ? asked->property : None,
                                    .time = asked->time}};
    if (asked->target == type)
        XChangeProperty(x->display, asked->requestor, asked->property, type, 8, PropModeReplace,
                        (const unsigned char *)bytes, (int)strlen(bytes));
    XSendEvent(x->display, asked->requestor, False, NoEventMask, &answer);
    XFlush(x->display);
}

// Waits for a message of the target, and hands over meanwhile; false when none comes.
static bool xdnd_wait(struct xdnd *x, Atom message, Atom type, const char *bytes, long *flags) {
    double end = clock_seconds() + 10;
    while (clock_seconds() < end) {
        if (!XPending(x->display)) {
            usleep(2000);
            continue;
        }
        XEvent event;
        XNextEvent(x->display, &event);
        if (event.type == SelectionRequest) xdnd_hand_over(x, &event.xselectionrequest, type, bytes);
        if (event.type != ClientMessage || event.xclient.message_type != message) continue;
        *flags = event.xclient.data.l[1];
        return true;
    }
    return false;
}

// Enter, position, drop; the bytes are asked for as `type`, "text/uri-list" or "text/plain". True when the target says
// that it has them.
static bool xdnd_drop(struct xdnd *x, const char *type_name, const char *bytes) {
    Atom type = XInternAtom(x->display, type_name, False);
    long flags = 0;
    Window child;
    int left, top;
    XTranslateCoordinates(x->display, x->target, DefaultRootWindow(x->display), 40, 200, &left, &top, &child);
    XSetSelectionOwner(x->display, x->selection, x->own, CurrentTime);
    xdnd_tell(x, x->enter, 5L << 24, (long)type, None, None);
    xdnd_tell(x, x->position, 0, (long)left << 16 | top, CurrentTime, (long)x->copy);
    if (!xdnd_wait(x, x->status, type, bytes, &flags) || !(flags & 1)) return false;
    xdnd_tell(x, x->drop, 0, CurrentTime, 0, 0);
    return xdnd_wait(x, x->finished, type, bytes, &flags) && (flags & 1);
}

static void xdnd_close(struct xdnd *x) {
    XDestroyWindow(x->display, x->own);
    XCloseDisplay(x->display);
}
