"""The stand-in for the agencies: a program of its own that answers as they would, over the network, about made-up people.

It plays Försäkringskassan's composite service (SSBTEK v10 and v11), LEFI v9 and a generic REST agency for the demo town, the tests and the
benchmark. It knows of Stadig what an agency does: a certificate and a question. It shares no code with the client it is asked by, so that it
is a second opinion on the contracts. Nothing it says is true of anyone.
"""
