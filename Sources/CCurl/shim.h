// libcurl with fixed-argument wrappers: curl_easy_setopt and _getinfo take variable arguments,
// which Swift cannot call. Neighbors: SyncClient/Sync/CurlTransport.swift is the only caller.
#include <curl/curl.h>

typedef size_t (*hourbook_curl_sink)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode hourbook_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hourbook_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hourbook_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hourbook_curl_set_bytes(
    CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hourbook_curl_set_headers(CURL *handle, struct curl_slist *headers) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

static inline CURLcode hourbook_curl_set_sink(
    CURL *handle, CURLoption option, hourbook_curl_sink value) {
    return curl_easy_setopt(handle, option, value);
}

static inline long hourbook_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// Bytes of the request that have been sent; 0 while there is no connection.
static inline long hourbook_curl_request_size(CURL *handle) {
    long size = 0;
    curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &size);
    return size;
}
