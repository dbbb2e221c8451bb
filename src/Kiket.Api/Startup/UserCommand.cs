using System.CommandLine;
using Kiket.Application.Common;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary><c>user add|list|deactivate|reactivate</c>: the people of an organization.</summary>
internal static class UserCommand
{
    public static Command Build() =>
        new("user", "Users.")
        {
            BuildAdd(),
            BuildList(),
            BuildSwitch("deactivate", "Locks a user out and revokes their password and tokens at once.", isDeactivated: true),
            BuildSwitch("reactivate", "Lets a user in again; they need a new password and new tokens.", isDeactivated: false),
        };

    private static Command BuildAdd()
    {
        var email = new Argument<string>("email") { Description = "E-mail address of the user." };
        var role = new Option<string>("--role")
        {
            Description = "Role in the organization.",
            DefaultValueFactory = _ => WireName.Of(OrganizationRole.Developer),
        };
        role.AcceptOnlyFromAmong([.. WireName.All<OrganizationRole>()]);
        var name = new Option<string?>("--name") { Description = "Display name; by default from the address." };
        return new Command("add", "Adds a user and prints a link by which they set a password, once and within 24 hours.")
        {
            email,
            role,
            name,
        }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var mediator = services.GetRequiredService<IMediator>();
                WireName.TryParse<OrganizationRole>(parsed.GetRequiredValue(role), out var given);
                var added = await mediator.Send(
                    new InviteUserCommand(parsed.GetRequiredValue(email), given, parsed.GetValue(name)),
                    ct
                );
                if (added.Error is { } error)
                    return error;
                var link = await mediator.Send(new OfferPasswordLinkCommand(added.Value.Id), ct);
                return link.Error is { } refusal
                    ? refusal
                    : $"{added.Value.Email} was added as user {added.Value.Id}. The link sets the password once:\n"
                        + link.Value.Url;
            }
        );
    }

    private static Command BuildList()
    {
        var json = Output.Json();
        return new Command("list", "Lists the users of an organization.") { json }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var mediator = services.GetRequiredService<IMediator>();
                var users = await Operator.ReadAllAsync(page => mediator.Send(new ListUsersQuery([], page), ct));
                return users.Error is { } error
                    ? error
                    : Output.Print(
                        users.Value,
                        parsed.GetValue(json),
                        u =>
                            [
                                Output.Number(u.Id.Value),
                                u.Email,
                                u.Name,
                                WireName.Of(u.Role),
                                u.Deactivated ? "deactivated" : "active",
                            ],
                        "id",
                        "email",
                        "name",
                        "role",
                        "state"
                    );
            }
        );
    }

    private static Command BuildSwitch(string verb, string description, bool isDeactivated)
    {
        var id = new Argument<long>("id") { Description = "Id of the user, as the list shows it." };
        return new Command(verb, description) { id }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var command = new UpdateUserCommand(new(parsed.GetValue(id)), new() { Deactivated = isDeactivated }, default);
                var changed = await services.GetRequiredService<IMediator>().Send(command, ct);
                return changed.Error is { } error ? error : $"{changed.Value.Email} was {verb}d.";
            }
        );
    }
}
