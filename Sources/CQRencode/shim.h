// libqrencode as it is. Neighbor: Faces/QRCode.swift is the only caller.
#include <qrencode.h>
