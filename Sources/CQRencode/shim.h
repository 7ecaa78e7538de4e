// libqrencode as it is. Neighbor: SyncClient/WebApp/QRCode.swift is the only caller.
#include <qrencode.h>
