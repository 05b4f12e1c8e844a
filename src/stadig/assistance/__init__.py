"""Financial assistance (ekonomiskt bistånd): what an applicant's household may live on, and what the agencies say of its incomes.

Issues the permits with which agencies are asked, shows the answers beside the application and proposes a calculation. It only proposes: what
is granted, reduced or refused is a person's decision. May touch cases, exchange, post, files and the ground.
"""
