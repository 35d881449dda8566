"""The hashes of the bundled tables as this version of the package was released with them.

They stand in the code too, so that a table and its descriptor that were changed together are found out.
"""

HASHES = {
    "table1": "sha256:996bbcc467caf51e4050031012ce1b569c7da4525289c89dd9113785a46f3569",
    "delivered": "sha256:1d82bcfc43115ed285672111c26d864501ca941aa6deb5d5387d3570c6acfe6d",
    "delivered_services": "sha256:834a0a654de4e06fe7dc225043f386bb5a6023c063e2ee4c196a74581ac47e91",
    "breaks": "sha256:d5ac9e13959e6ba72585d5e1b5e59b16a8dd07ec693ea54cb564ac4b422be48e",
    "panel": "sha256:fb519acb792f613d289cc3ed7194fabdebec5fc25b7b28bca0250b85d4008d9f",
    "deliverable": "sha256:4c86607b05ea6212a665f6d312ad15c7b01b23335b01fa935a13a16b21100340",
    "cyberlaw": "sha256:706dfdddeb1f028f004a59f84d50874c4a7da1b296ca44aa16831bde07a80545",
    "cpta": "sha256:fe3dc52817fa80332662a79febecd5f4cd48284dc158b75ad38fbff925c53b93",
    "memberships": "sha256:1843f24f41c3a4828f0c180797de5165b6cd05c0609171214f3045a2cfff7023",
    "effects": "sha256:cb4caf043b12c731096925db60e219e38df43f6ae2af225e38498d055b9b2a41",
    "intraregional": "sha256:a0328ec81b2aed08d200dc51b1da17eb1920712a8af04634a0001b831bf5cea0",
    "law_statements": "sha256:11fa35f8ab7b173fbd32ecde88263cc7a8eb278abb3e5f57e92677b50199eaa6",
    "claims": "sha256:29c506123f63c8ae2a2a21cf22833be7f878235f18e389fb48374037c23eb4fb",
    "economies": "sha256:7b56646811713f11612a4dbf6b42c107455036e7e49c275239cd325dfd8b9658",
}
