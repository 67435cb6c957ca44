/* A host of one plugin, for systems and processors that the tests have no Python for.

   host lv2|clap LIBRARY RATE BLOCK INPUTS CONTROLS [OFFLINE] < IN > OUT

   IN and OUT are rows of float32, INPUTS and two of them. CONTROLS are numbers with commas between:
   what each control port of LV2 holds, or for CLAP the id, the value and the frame of one change
   (or nothing). OFFLINE tells CLAP of a render. The exit code says what went wrong. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <windows.h>
static void *find(const char *path, const char *name) {
    HMODULE library = LoadLibraryA(path);
    return library ? (void *)GetProcAddress(library, name) : NULL;
}
#else
#include <dlfcn.h>
static void *find(const char *path, const char *name) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) fprintf(stderr, "%s\n", dlerror());
    return library ? dlsym(library, name) : NULL;
}
#endif

enum { NO_ENTRY = 10, REFUSED, STRANGE, FLOAT_MODE };

static float *input, *output;
static size_t frames;
static double rate;
static uint32_t block, inputs, count;
static double controls[80];
static bool offline;

static int check(bool right, int code) {
    if (!right) exit(code);
    return 0;
}

/* The plugin flushes denormals, and the host's are to be left alone. */
static void check_float_mode(void) {
    volatile double tiny = 0x1p-1060;
    check(tiny * 0.5 != 0.0, FLOAT_MODE);
}

typedef struct {
    const char *uri;
    void *(*instantiate)(const void *, double, const char *, const void *const *);
    void (*connect_port)(void *, uint32_t, void *);
    void (*activate)(void *);
    void (*run)(void *, uint32_t);
    void (*deactivate)(void *);
    void (*cleanup)(void *);
    const void *(*extension_data)(const char *);
} lv2_descriptor;

static void play_lv2(void *entry) {
    const lv2_descriptor *(*describe)(uint32_t) = entry;
    const lv2_descriptor *of = describe(0);
    check(of && !describe(1), STRANGE);
    const void *features[] = {NULL};
    void *handle = of->instantiate(of, rate, "", features);
    check(handle != NULL, REFUSED);
    float held[80];
    for (uint32_t i = 0; i < count; i++) {
        held[i] = (float)controls[i];
        of->connect_port(handle, inputs + 2 + i, held + i);
    }
    of->activate(handle);
    for (size_t at = 0; at < frames; at += block) {
        for (uint32_t i = 0; i < inputs; i++) of->connect_port(handle, i, input + i * frames + at);
        for (uint32_t i = 0; i < 2; i++)
            of->connect_port(handle, inputs + i, output + i * frames + at);
        of->run(handle, (uint32_t)(frames - at < block ? frames - at : block));
        check_float_mode();
    }
    of->cleanup(handle);
}

typedef struct { uint32_t major, minor, revision; } clap_version;
typedef struct {
    clap_version version;
    bool (*init)(const char *);
    void (*deinit)(void);
    const void *(*get_factory)(const char *);
} clap_entry;
typedef struct { clap_version version; const char *id, *name; } clap_descriptor;
typedef struct {
    clap_version version;
    void *data;
    const char *name, *vendor, *url, *release;
    const void *(*get_extension)(const void *, const char *);
    void (*request_restart)(const void *), (*request_process)(const void *);
    void (*request_callback)(const void *);
} clap_host;
typedef struct {
    float **data32;
    double **data64;
    uint32_t channels, latency;
    uint64_t constant_mask;
} clap_buffer;
typedef struct {
    uint32_t size, time;
    uint16_t space, type;
    uint32_t flags, id;
    void *cookie;
    int32_t note;
    int16_t port, channel, key;
    double value;
} clap_change;
typedef struct clap_in_events {
    void *context;
    uint32_t (*size)(const struct clap_in_events *);
    const clap_change *(*get)(const struct clap_in_events *, uint32_t);
} clap_in_events;
typedef struct clap_out_events {
    void *context;
    bool (*try_push)(const struct clap_out_events *, const void *);
} clap_out_events;
typedef struct {
    int64_t steady_time;
    uint32_t frames;
    const void *transport;
    const clap_buffer *inputs;
    clap_buffer *outputs;
    uint32_t input_count, output_count;
    const clap_in_events *in_events;
    const clap_out_events *out_events;
} clap_process;
typedef struct clap_plugin {
    const clap_descriptor *descriptor;
    void *data;
    bool (*init)(const struct clap_plugin *);
    void (*destroy)(const struct clap_plugin *);
    bool (*activate)(const struct clap_plugin *, double, uint32_t, uint32_t);
    void (*deactivate)(const struct clap_plugin *);
    bool (*start_processing)(const struct clap_plugin *);
    void (*stop_processing)(const struct clap_plugin *), (*reset)(const struct clap_plugin *);
    int32_t (*process)(const struct clap_plugin *, const clap_process *);
    const void *(*get_extension)(const struct clap_plugin *, const char *);
    void (*on_main_thread)(const struct clap_plugin *);
} clap_plugin;
typedef struct {
    uint32_t (*count)(const void *);
    const clap_descriptor *(*describe)(const void *, uint32_t);
    const clap_plugin *(*create)(const void *, const clap_host *, const char *);
} clap_factory;
typedef struct {
    bool (*has_hard_realtime_requirement)(const clap_plugin *);
    bool (*set)(const clap_plugin *, int32_t);
} clap_render;

static clap_change change = {sizeof change, 0, 0, 5, 0, 0, NULL, -1, -1, -1, -1, 0.0};
static bool changes;

static uint32_t count_changes(const clap_in_events *list) { return list && changes; }
static const clap_change *get_change(const clap_in_events *list, uint32_t index) {
    return list && index == 0 ? &change : NULL;
}
static bool push(const clap_out_events *list, const void *event) { return list && event; }
static const void *no_extension(const void *host, const char *name) {
    (void)host, (void)name;
    return NULL;
}
static void ignore(const void *host) { (void)host; }

static void play_clap(void *address) {
    const clap_entry *entry = address;
    const clap_host host = {{1, 2, 2}, NULL, "tests", "", "", "1", no_extension, ignore, ignore, ignore};
    check(entry->init(""), REFUSED);
    const clap_factory *factory = entry->get_factory("clap.plugin-factory");
    check(factory && factory->count(factory) == 1, STRANGE);
    const clap_plugin *plugin = factory->create(factory, &host, factory->describe(factory, 0)->id);
    check(plugin && plugin->init(plugin), REFUSED);
    const clap_render *render = plugin->get_extension(plugin, "clap.render");
    check(!offline || render->set(plugin, 1), STRANGE);
    check(plugin->activate(plugin, rate, 1, block), REFUSED);
    check(plugin->start_processing(plugin), REFUSED);
    const clap_in_events events = {NULL, count_changes, get_change};
    const clap_out_events out = {NULL, push};
    for (size_t at = 0; at < frames; at += block) {
        float *x[2], *y[2] = {output + at, output + frames + at};
        for (uint32_t i = 0; i < inputs; i++) x[i] = input + i * frames + at;
        clap_buffer in = {x, NULL, inputs, 0, 0}, to = {y, NULL, 2, 0, 0};
        uint32_t length = (uint32_t)(frames - at < block ? frames - at : block);
        const double *wanted = controls;
        changes = count == 3 && wanted[2] >= at && wanted[2] < at + length;
        if (changes) {
            change.id = (uint32_t)wanted[0];
            change.value = wanted[1];
            change.time = (uint32_t)wanted[2] - (uint32_t)at;
        }
        clap_process process = {(int64_t)at, length, NULL, &in, &to, 1, 1, &events, &out};
        check(plugin->process(plugin, &process) > 0, STRANGE);
        check_float_mode();
    }
    plugin->stop_processing(plugin);
    plugin->deactivate(plugin);
    plugin->destroy(plugin);
    entry->deinit();
}

static void read_input(void) {
    size_t size = 0, room = 1 << 20;
    char *data = malloc(room);
    for (size_t got; (got = fread(data + size, 1, room - size, stdin)); size += got)
        if (size + got == room) data = realloc(data, room *= 2);
    input = (float *)data;
    frames = size / (4 * inputs);
    output = calloc(2 * frames + 1, 4);
}

int main(int argument_count, char **arguments) {
    check(argument_count >= 7, STRANGE);
#ifdef _WIN32
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
#endif
    bool is_clap = strcmp(arguments[1], "clap") == 0;
    rate = atof(arguments[3]);
    block = (uint32_t)atoi(arguments[4]);
    inputs = (uint32_t)atoi(arguments[5]);
    for (char *word = strtok(arguments[6], ","); word; word = strtok(NULL, ","))
        controls[count++] = atof(word);
    offline = argument_count > 7;
    read_input();
    void *entry = find(arguments[2], is_clap ? "clap_entry" : "lv2_descriptor");
    check(entry != NULL, NO_ENTRY);
    if (is_clap)
        play_clap(entry);
    else
        play_lv2(entry);
    fwrite(output, 4, 2 * frames, stdout);
    return 0;
}
