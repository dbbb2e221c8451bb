using System.CommandLine;
using Kiket.Application.Users;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary><c>password-link &lt;email&gt;</c>: makes a link by which a user sets a password.</summary>
internal static class PasswordLinkCommand
{
    public static Command Build()
    {
        var email = new Argument<string>("email") { Description = "E-mail address of the user." };
        var organization = new Option<string?>("--organization")
        {
            Description = "Slug of the user's organization, if the address is in several.",
        };
        return new Command("password-link", "Makes a link by which a user sets a password, once and within 24 hours.")
        {
            email,
            organization,
        }.DoesInDatabase(
            async (parsed, services, ct) =>
            {
                var command = new CreatePasswordLinkCommand(parsed.GetRequiredValue(email), parsed.GetValue(organization));
                var made = await services.GetRequiredService<IMediator>().Send(command, ct);
                return made.Error is { } error ? error : $"The link sets the password once:\n{made.Value.Url}";
            }
        );
    }
}
