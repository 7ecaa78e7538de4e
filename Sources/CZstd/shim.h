// Zstandard as it is. Neighbors: Shared/Sync/Compression.swift and StreamCompression.swift are the
// only callers.
#include <zstd.h>
