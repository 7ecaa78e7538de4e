// Zstandard as it is. Neighbors: Shared/Sync/Compression.swift is the only caller.
#include <zstd.h>
