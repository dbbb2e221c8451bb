using System.CommandLine;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;

namespace Kiket.Api.Startup;

/// <summary><c>demo</c>: adds the demo project to an organization.</summary>
internal static class DemoCommand
{
    public static Command Build() =>
        new Command("demo", "Adds the demo project NEWS and its people, to try things.").DoesInOrganization(
            async (organization, _, services, ct) =>
            {
                if (await Demo.ExistsAsync(services.GetRequiredService<KiketDbContext>(), ct))
                    return new Error(
                        ErrorKind.Conflict,
                        ErrorCodes.Conflict,
                        $"{organization.Name} already has the demo project."
                    );
                if (await services.FindAdminAsync(organization.Slug, ct) is not { } admin)
                    return Error.Validation("organization", $"{organization.Name} has no active administrator.");
                await Demo.AddAsync(services, organization.Slug, admin, ct);
                return $"The project NEWS was added to {organization.Name}.";
            }
        );
}
